"""Roles as described lists of permissions, and the pairs that nobody may hold together. Pure: no database.

Source: TRANSFORM manual on management information systems, segregation of functions; programme manuals' separation of
preparing, approving and releasing payments.
"""

from dataclasses import dataclass
from enum import Enum

from core.access.permissions import Permission as P


@dataclass(frozen=True, slots=True)
class RoleDescription:
    label: str
    description: str
    permissions: frozenset[P]


_SEE = frozenset({P.REGISTRY_VIEW, P.ELIGIBILITY_VIEW, P.ENROLMENT_VIEW, P.REPORTING_VIEW, P.JOBS_VIEW})


class Role(Enum):
    """The roles of the house. The value is stored in appointments."""

    DISTRICT_OFFICER = "district_officer"
    ENUMERATOR = "enumerator"
    SUPERVISOR = "supervisor"
    PROGRAMME_MANAGER = "programme_manager"
    FINANCE_PREPARER = "finance_preparer"
    FINANCE_APPROVER = "finance_approver"
    FINANCE_RELEASER = "finance_releaser"
    GRIEVANCE_OFFICER = "grievance_officer"
    AUDITOR = "auditor"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return DESCRIPTIONS[self].label

    @property
    def description(self) -> str:
        return DESCRIPTIONS[self].description

    @property
    def permissions(self) -> frozenset[P]:
        return DESCRIPTIONS[self].permissions


DESCRIPTIONS: dict[Role, RoleDescription] = {
    Role.DISTRICT_OFFICER: RoleDescription(
        "District officer",
        "Registers and updates households in their districts and resolves possible duplicates.",
        _SEE | {P.REGISTRY_REGISTER, P.REGISTRY_IMPORT, P.REGISTRY_UNMASK, P.ENROLMENT_VALIDATE},
    ),
    Role.ENUMERATOR: RoleDescription(
        "Enumerator",
        "Registers households with a phone in their areas; of the register sees only which households are due there.",
        frozenset({P.REGISTRY_REGISTER}),
    ),
    Role.SUPERVISOR: RoleDescription(
        "Supervisor",
        "Reviews what the officer may not decide alone: possible duplicates, disputed identities, sensitive changes.",
        _SEE
        | {
            P.REGISTRY_REVIEW,
            P.REGISTRY_SETTLE_IDENTITY,
            P.REGISTRY_DECIDE_CHANGE,
            P.REGISTRY_DEVICES,
            P.REGISTRY_UNMASK,
            P.ENROLMENT_VALIDATE,
            P.GRIEVANCES_VIEW,
        },
    ),
    Role.PROGRAMME_MANAGER: RoleDescription(
        "Programme manager",
        "Keeps the questionnaire, programmes, poverty formulas and rules; runs eligibility; "
        "opens and closes beneficiary lists.",
        _SEE
        | {
            P.REGISTRY_MANAGE_QUESTIONNAIRE,
            P.REGISTRY_PUBLISH_QUESTIONNAIRE,
            P.ELIGIBILITY_MANAGE_RULES,
            P.ELIGIBILITY_RUN,
            P.ELIGIBILITY_PUBLISH,
            P.ENROLMENT_DECIDE,
            P.PAYMENTS_VIEW,
            P.REPORTING_EXPORT,
        },
    ),
    Role.FINANCE_PREPARER: RoleDescription(
        "Finance preparer",
        "Keeps budgets and cycles, prepares payrolls, imports returns and reconciles.",
        frozenset(
            {
                P.PAYMENTS_VIEW,
                P.PAYMENTS_BUDGET,
                P.PAYMENTS_PREPARE,
                P.PAYMENTS_RECONCILE,
                P.ENROLMENT_VIEW,
                P.REPORTING_VIEW,
                P.JOBS_VIEW,
            }
        ),
    ),
    Role.FINANCE_APPROVER: RoleDescription(
        "Finance approver",
        "Approves payrolls that another person prepared.",
        frozenset({P.PAYMENTS_VIEW, P.PAYMENTS_APPROVE, P.REPORTING_VIEW, P.JOBS_VIEW}),
    ),
    Role.FINANCE_RELEASER: RoleDescription(
        "Finance releaser",
        "Releases approved payrolls to the provider.",
        frozenset({P.PAYMENTS_VIEW, P.PAYMENTS_RELEASE, P.REPORTING_VIEW, P.JOBS_VIEW}),
    ),
    Role.GRIEVANCE_OFFICER: RoleDescription(
        "Grievance officer",
        "Answers cases in time; sensitive cases only if named on them.",
        frozenset(
            {
                P.GRIEVANCES_VIEW,
                P.GRIEVANCES_HANDLE,
                P.REGISTRY_VIEW,
                P.ELIGIBILITY_VIEW,
                P.ENROLMENT_VIEW,
                P.REPORTING_VIEW,
            }
        ),
    ),
    Role.AUDITOR: RoleDescription(
        "Auditor",
        "Reads everything that was done and by whom, reading included; changes nothing.",
        _SEE | {P.AUDIT_VIEW, P.PAYMENTS_VIEW, P.GRIEVANCES_VIEW, P.REPORTING_EXPORT},
    ),
    Role.DATA_PROTECTION_OFFICER: RoleDescription(
        "Data protection officer",
        "Answers for the protection of everyone's data: reads the logs, answers data requests, "
        "keeps what people are told.",
        frozenset({P.AUDIT_VIEW, P.PRIVACY_MANAGE, P.PRIVACY_NOTICES, P.REGISTRY_VIEW, P.REPORTING_VIEW}),
    ),
    Role.ADMINISTRATOR: RoleDescription(
        "Administrator",
        "Keeps users and their appointments; sees no household and moves no money.",
        frozenset({P.ACCESS_PROPOSE, P.ACCESS_CONFIRM, P.REGISTRY_DEVICES, P.PRIVACY_NOTICES, P.JOBS_VIEW}),
    ),
}

_MONEY = (Role.FINANCE_PREPARER, Role.FINANCE_APPROVER, Role.FINANCE_RELEASER)

INCOMPATIBLE: frozenset[frozenset[str]] = frozenset(
    frozenset({left.value, right.value})
    for left, right in [
        (Role.FINANCE_PREPARER, Role.FINANCE_APPROVER),
        (Role.FINANCE_PREPARER, Role.FINANCE_RELEASER),
        (Role.FINANCE_APPROVER, Role.FINANCE_RELEASER),
        *((Role.ADMINISTRATOR, money) for money in _MONEY),
        (Role.ADMINISTRATOR, Role.AUDITOR),
        (Role.DISTRICT_OFFICER, Role.FINANCE_RELEASER),
    ]
)
"""Pairs of role values that the database refuses in one person on the same day."""

SENSITIVE: frozenset[Role] = frozenset(
    {
        Role.ADMINISTRATOR,
        Role.PROGRAMME_MANAGER,
        Role.FINANCE_APPROVER,
        Role.FINANCE_RELEASER,
        Role.DATA_PROTECTION_OFFICER,
        Role.AUDITOR,
    }
)
"""Roles that take effect only after a second person has confirmed the appointment."""

GUARDED: frozenset[Role] = SENSITIVE | frozenset(_MONEY)
"""Roles whose way to sign in (link to a password, token) no single administrator can hand out or take."""
