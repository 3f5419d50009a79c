"""Consent on a household's page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.forms import words
from registry.models import Consent, Household
from registry.queries import consents, notices


def rows(household: Household) -> list[dict[str, Any]]:
    """What the household agrees to, who said so and how; and what it agreed to before."""
    found = consents.current(household=household)
    told: list[dict[str, Any]] = []
    if found is not None:
        told += [
            {"key": _("Agreed to"), "value": agreed(found)},
            {"key": _("Given by"), "value": str(found.given_by)},
            {"key": _("How"), "value": _how(found)},
            {"key": _("Since"), "value": words.day(found.from_on)},
            {
                "key": _("Text read out"),
                "value": found.notice.version,
                "url": reverse("registry:notice", args=[found.notice.version]),
            },
        ]
    if not household.is_shared:
        told.insert(0, {"key": _("Shared with partners"), "value": _("No"), "tone": "bad"})
    line = _("%(day)s by %(name)s")
    for at, name in consents.withdrawals(household=household):
        day = words.day(timezone.localdate(at))
        told.append({"key": _("Consent withdrawn"), "value": line % {"day": day, "name": name} if name else day})
    told += [{"key": _("Before"), "value": _over(one)} for one in consents.former(household=household)]
    return told


def _over(one: Consent) -> str:
    ended = {"renewed": _("renewed"), "withdrawn": _("withdrawn")}.get(one.end_reason, one.end_reason)
    return _("%(purposes)s. %(name)s, %(how)s, %(first)s to %(last)s (%(why)s)") % {
        "purposes": agreed(one),
        "name": one.given_by,
        "how": _how(one),
        "first": words.day(one.from_on),
        "last": words.day(one.until_on),
        "why": ended,
    }


def agreed(consent: Consent) -> str:
    """What was agreed to, in the words of the text that was read out."""
    known = dict(notices.purposes_of(consent.notice))
    return "; ".join(known.get(code, code) for code in consent.purposes)


def _how(consent: Consent) -> str:
    how = str(consent.get_how_display())
    return _("%(how)s: %(witness)s") % {"how": how, "witness": consent.witness} if consent.witness else how
