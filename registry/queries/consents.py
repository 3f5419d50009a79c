"""What households agreed to, and the texts that were read to them."""

from __future__ import annotations

from registry.models import Consent, Household, PrivacyNotice


def current(*, household: Household) -> Consent | None:
    """What it agrees to now. The caller has checked that the actor may see the household."""
    found = Consent.objects.filter(household=household, until_on__isnull=True)
    return found.select_related("notice", "given_by").first()


def former(*, household: Household) -> list[Consent]:
    """What it agreed to before, newest first."""
    found = Consent.objects.filter(household=household, until_on__isnull=False)
    return list(found.select_related("notice", "given_by").order_by("-until_on", "-id"))


def notices() -> list[PrivacyNotice]:
    """Every version of the text that people are told, newest first."""
    return list(PrivacyNotice.objects.order_by("-in_force_from", "-id"))
