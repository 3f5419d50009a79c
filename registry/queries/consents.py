"""What households agreed to, and what they took back."""

from __future__ import annotations

from datetime import datetime

from registry.models import ChangeRequest, Consent, Household, Person


def current(*, household: Household) -> Consent | None:
    """What it agrees to now. The caller has checked that the actor may see the household."""
    found = Consent.objects.filter(household=household, until_on__isnull=True)
    return found.select_related("notice", "given_by").first()


def former(*, household: Household) -> list[Consent]:
    """What it agreed to before, newest first."""
    found = Consent.objects.filter(household=household, until_on__isnull=False)
    return list(found.select_related("notice", "given_by").order_by("-until_on", "-id"))


def withdrawals(*, household: Household) -> list[tuple[datetime, str]]:
    """When consent was withdrawn, and by which member; newest first."""
    kept = ChangeRequest.objects.filter(
        household=household, kind="withdraw_consent", status=ChangeRequest.Status.APPLIED
    ).order_by("-decided_at", "-id")
    rows = [(row.decided_at, str(row.details.get("withdrawn_by", ""))) for row in kept if row.decided_at]
    people = {one.reference: str(one) for one in Person.objects.filter(reference__in=[who for _at, who in rows])}
    return [(at, people.get(who, "")) for at, who in rows]
