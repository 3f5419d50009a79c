"""What eligibility's acts are called on the audit log's page."""

from django.utils.translation import gettext as _


def of_eligibility() -> dict[str, str]:
    """Words by action."""
    return {
        "assessment.start": _("Assessment started"),
        "assessment.compute": _("Assessment computed"),
        "assessment.fail": _("Assessment failed"),
        "assessment.publish": _("Assessment published"),
        "assessment.discard": _("Assessment discarded"),
        "enrolment.propose_on_appeal": _("Proposed for a programme after an appeal"),
        "enrolment.validate": _("Proposals validated by the community"),
        "enrolment.enrol": _("Beneficiaries enrolled"),
        "enrolment.settle_notice": _("Decided what a change of a household means for its enrolment"),
        "enrolment.follow": _("Enrolments followed their household"),
        "enrolment.notice": _("News of a household noted on its enrolments"),
        "enrolment.enrolled": _("Beneficiary paid again after a suspension"),
        "enrolment.suspended": _("Beneficiary suspended"),
        "enrolment.exited": _("Beneficiary left the programme"),
        "enrolment.rejected": _("Proposal rejected"),
        "pack.programmes": _("Programmes loaded from the country pack"),
    }
