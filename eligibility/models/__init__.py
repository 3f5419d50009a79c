"""The tables of eligibility: what is asked of households, what was found, and who is on the beneficiary lists."""

from eligibility.models.assessment import Assessment
from eligibility.models.enrolment import Enrolment
from eligibility.models.formula import Formula, VariableSet
from eligibility.models.notice import EnrolmentNotice, NoticeSettlement
from eligibility.models.programme import Programme, ProgrammeRules
from eligibility.models.run import AssessmentRun

__all__ = [
    "Assessment",
    "AssessmentRun",
    "Enrolment",
    "EnrolmentNotice",
    "Formula",
    "NoticeSettlement",
    "Programme",
    "ProgrammeRules",
    "VariableSet",
]
