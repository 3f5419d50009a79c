"""The registry's tables: households, persons, what arrived, what is asked."""

from registry.models.account import DeclaredInterest, DeclaredNumber, Nominee, PaymentAccount
from registry.models.change import ChangeRequest
from registry.models.consent import Consent
from registry.models.device import DeviceAttachment, DeviceForm
from registry.models.household import Household
from registry.models.paper import PaperForm, PaperIssue
from registry.models.person import (
    IdentityClaim,
    LifeStatus,
    Membership,
    Person,
    PersonIdentifier,
    PersonName,
)
from registry.models.photo import Photo, SubmissionPhoto
from registry.models.questionnaire import PrivacyNotice, QuestionnaireVersion
from registry.models.reinterview import InterviewComparison, InterviewerFinding, InterviewSample, Reinterview
from registry.models.review import Review
from registry.models.safe_place import SafePlace
from registry.models.submission import (
    DuplicateCandidate,
    HeadKey,
    ImportBatch,
    NameKey,
    Submission,
    SubmissionIssue,
    SubmissionMember,
)
from registry.models.trial import TrialUpdate
from registry.models.visit import Visit

__all__ = [
    "ChangeRequest",
    "Consent",
    "DeclaredInterest",
    "DeclaredNumber",
    "DeviceAttachment",
    "DeviceForm",
    "DuplicateCandidate",
    "HeadKey",
    "Household",
    "IdentityClaim",
    "ImportBatch",
    "InterviewComparison",
    "InterviewSample",
    "InterviewerFinding",
    "LifeStatus",
    "Membership",
    "NameKey",
    "Nominee",
    "PaperForm",
    "PaperIssue",
    "PaymentAccount",
    "Person",
    "PersonIdentifier",
    "PersonName",
    "Photo",
    "PrivacyNotice",
    "QuestionnaireVersion",
    "Reinterview",
    "Review",
    "SafePlace",
    "Submission",
    "SubmissionIssue",
    "SubmissionMember",
    "SubmissionPhoto",
    "TrialUpdate",
    "Visit",
]
