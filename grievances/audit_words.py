"""What acts on cases are called on the audit log's page."""

from django.utils.translation import gettext as _


def of_grievances() -> dict[str, str]:
    """Words by action."""
    return {
        "case.lodge": _("Case lodged"),
        "case.acknowledge": _("Case acknowledged"),
        "case.take": _("Case taken on"),
        "case.assign": _("Case given to an officer"),
        "case.follow": _("Cases followed their household into another one"),
        "case.link_household": _("Household of a case confirmed"),
        "case.note": _("Note written on a case"),
        "case.message": _("Message to the complainant written"),
        "case.reply": _("Complainant wrote"),
        "case.withdraw": _("Case withdrawn"),
        "case.appeal": _("Decision of a case appealed against"),
        "case.decide": _("Case decided"),
        "case.close": _("Case closed"),
        "case.name": _("Officer named on a sensitive case"),
        "case.unname": _("Officer no longer named on a sensitive case"),
        "case.make_sensitive": _("Case made sensitive"),
        "case.name_focal_points": _("Officers named on sensitive cases that had nobody"),
        "pack.grievances": _("Categories of cases loaded from the country pack"),
    }
