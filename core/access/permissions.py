"""Every permission of the house, in one list. Pure: no database."""

from enum import Enum


class Permission(Enum):
    """What a role may do. ``codename`` is django-guardian's name for it on a scope; ``label`` is what people read."""

    REGISTRY_VIEW = ("registry_view", "See households and persons of the area")
    REGISTRY_REGISTER = ("registry_register", "Register and update households")
    REGISTRY_IMPORT = ("registry_import", "Import files of households")
    REGISTRY_REVIEW = ("registry_review", "Decide submissions that wait for review")
    REGISTRY_SETTLE_IDENTITY = ("registry_settle_identity", "Settle disputed identity numbers")
    REGISTRY_DECIDE_CHANGE = ("registry_decide_change", "Decide changes that need a second person")
    REGISTRY_UNMASK = ("registry_unmask", "See identity numbers, phones and accounts in full, with a reason")
    REGISTRY_MANAGE_QUESTIONNAIRE = ("registry_manage_questionnaire", "Make and change drafts of the questionnaire")
    REGISTRY_PUBLISH_QUESTIONNAIRE = (
        "registry_publish_questionnaire",
        "Publish a questionnaire that somebody else changed last",
    )
    REGISTRY_DEVICES = ("registry_devices", "Give and end the sign-ins of the field team's phones")
    ELIGIBILITY_VIEW = ("eligibility_view", "See assessments and why")
    ELIGIBILITY_MANAGE_RULES = ("eligibility_manage_rules", "Keep programmes, formulas and rules")
    ELIGIBILITY_RUN = ("eligibility_run", "Run assessments")
    ELIGIBILITY_PUBLISH = ("eligibility_publish", "Publish an assessment that somebody else prepared")
    ENROLMENT_VIEW = ("enrolment_view", "See beneficiary lists")
    ENROLMENT_VALIDATE = ("enrolment_validate", "Record what the community validated")
    ENROLMENT_DECIDE = ("enrolment_decide", "Enrol, suspend and exit beneficiaries")
    PAYMENTS_VIEW = ("payments_view", "See payrolls and payments")
    PAYMENTS_BUDGET = ("payments_budget", "Keep budgets and their releases")
    PAYMENTS_PREPARE = ("payments_prepare", "Prepare, check and submit payrolls")
    PAYMENTS_APPROVE = ("payments_approve", "Approve payrolls that somebody else prepared")
    PAYMENTS_RELEASE = ("payments_release", "Release approved payrolls to the provider")
    PAYMENTS_RECONCILE = ("payments_reconcile", "Import returns and reconcile payments")
    GRIEVANCES_VIEW = ("grievances_view", "See cases of the area")
    GRIEVANCES_HANDLE = ("grievances_handle", "Handle and decide cases")
    REPORTING_VIEW = ("reporting_view", "See dashboards")
    REPORTING_EXPORT = ("reporting_export", "Download figures")
    AUDIT_VIEW = ("audit_view", "Read the audit log and the log of reads")
    PRIVACY_MANAGE = ("privacy_manage", "Answer data subjects and keep the register of processing")
    PRIVACY_NOTICES = (
        "privacy_notices",
        "Draft privacy notices, and publish those that somebody else changed last",
    )
    ACCESS_PROPOSE = ("access_propose", "Propose and end appointments")
    ACCESS_CONFIRM = ("access_confirm", "Confirm appointments to sensitive roles")
    JOBS_VIEW = ("jobs_view", "See the state of jobs")

    def __init__(self, codename: str, label: str) -> None:
        self.codename = codename
        self.label = label
