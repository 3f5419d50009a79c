"""How sign-ins of phones and tokens of partner systems are shown."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.models.credential import Credential


def state(one: Credential) -> dict[str, str]:
    """Whether it can be used, as a tag."""
    if one.revoked_at is not None:
        return {"text": _("Ended"), "tone": "neutral"}
    if one.expires_at <= timezone.now():
        return {"text": _("Run out"), "tone": "neutral"}
    if not one.user.is_active:
        return {"text": _("Account closed"), "tone": "neutral"}
    return {"text": _("Good"), "tone": "good"}


def day(at: datetime) -> str:
    """The day of a moment, where we are."""
    return str(date_format(timezone.localdate(at), "j F Y"))


def life(one: Credential) -> list[dict[str, Any]]:
    """When it was given and by whom, its last day, and its end."""
    rows = [
        {"key": _("Given"), "value": day(one.created_at)},
        {"key": _("Given by"), "value": one.created_by.full_name if one.created_by else _("The system")},
        {"key": _("Last day"), "value": day(one.expires_at - timedelta(seconds=1))},
    ]
    if one.revoked_at is not None:
        by = one.revoked_by.full_name if one.revoked_by else _("the system")
        ended = _("%(day)s by %(name)s") % {"day": day(one.revoked_at), "name": by}
        rows.append({"key": _("Ended"), "value": ended})
    return rows


def end_of(last: date) -> datetime:
    """The moment after the last day that a sign-in is good."""
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
