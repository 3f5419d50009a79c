"""What reporting's acts are called on the audit log's page."""

from django.utils.translation import gettext as _


def of_reporting() -> dict[str, str]:
    """Words by action."""
    return {"reporting.count": _("Figures counted")}
