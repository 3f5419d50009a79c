"""What the registry's acts are called on the audit log's page."""

from django.utils.translation import gettext as _


def of_registry() -> dict[str, str]:
    """Words by action."""
    return {
        "bundle.receive": _("Households received from a partner system"),
        "device_form.receive": _("Form received from a phone"),
        "device_form.release": _("Missing photographs of a form given up"),
        "device_form.take_in": _("Forms of phones taken in"),
        "device_form.fail": _("A phone's form could not be taken in"),
        "submission.receive": _("Registration received"),
        "submission.draft": _("Registration kept as a draft"),
        "submission.photo": _("Photograph kept in a draft"),
        "submission.discard": _("Draft of a registration discarded"),
        "submission.accept": _("Registration accepted after review"),
        "submission.accept_together": _("Registrations accepted together"),
        "submission.take": _("Registration taken for review"),
        "submission.release": _("Registration given back to the review queue"),
        "submission.expire": _("Forgotten drafts of registrations removed"),
        "interest.declare_number": _("Own or relative's identity number declared"),
        "submission.return": _("Registration returned to the sender"),
        "submission.reject": _("Registration rejected"),
        "identity.settle": _("Disputed identity number settled"),
        "change.request": _("Change of a household reported"),
        "change.apply": _("Change of a household carried out"),
        "change.refuse": _("Change of a household refused"),
        "change.withdraw": _("Change of a household withdrawn"),
        "interest.declare": _("Own or relative's household declared"),
        "visit.assign": _("Visits to households assigned"),
        "visit.take_back": _("Visit taken back"),
        "visit.report": _("Outcome of a visit reported"),
        "visit.send_back": _("Outcome of a visit sent back"),
        "visit.accept": _("Outcome of a visit accepted"),
        "visit.done": _("Visits closed by an interview"),
        "import.receive": _("Import files received"),
        "import.refuse": _("Import files refused"),
        "import.part": _("Part of an import taken in"),
        "household.renew": _("Households brought up to date by a survey made anew"),
        "import.corrected": _("File of rows to correct made"),
        "import.done": _("Import finished"),
        "questionnaire.publish": _("Questionnaire published"),
        "questionnaire.draft": _("Questionnaire draft made"),
        "questionnaire.edit": _("Questionnaire draft changed"),
        "questionnaire.give_up": _("Questionnaire draft removed"),
        "privacy_notice.publish": _("Privacy notice published"),
    }
