"""Core's tables: places, people and what they may do, audit, jobs, messages, files."""

from core.models.access import Appointment, Scope, ScopeUserObjectPermission
from core.models.api import ApiClient, KeptAnswer
from core.models.area import Area
from core.models.audit import AuditEntry, AuditSeal, ReadEntry, SubjectSalt
from core.models.device import DeviceSignIn
from core.models.file import StoredFile
from core.models.job import Job
from core.models.outbox import OutboxMessage
from core.models.password_link import PasswordLink
from core.models.user import User, UserManager

__all__ = [
    "ApiClient",
    "Appointment",
    "Area",
    "AuditEntry",
    "AuditSeal",
    "DeviceSignIn",
    "Job",
    "KeptAnswer",
    "OutboxMessage",
    "PasswordLink",
    "ReadEntry",
    "Scope",
    "ScopeUserObjectPermission",
    "StoredFile",
    "SubjectSalt",
    "User",
    "UserManager",
]
