"""The tables of grievances: categories with their service standards, cases and what happened in them."""

from grievances.models.case import Case, CaseUserObjectPermission
from grievances.models.category import CaseCategory, NonWorkingDay, ServiceStandard
from grievances.models.event import CaseEvent

__all__ = ["Case", "CaseCategory", "CaseEvent", "CaseUserObjectPermission", "NonWorkingDay", "ServiceStandard"]
