"""Consent on a household's page, and the texts that are read out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access.permissions import Permission
from registry.forms import words
from registry.models import Consent, Household
from registry.queries import consents
from registry.queries.changes import purposes
from registry.views.access import needs


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
            {"key": _("Text read out"), "value": found.notice.version, "url": reverse("registry:notices")},
        ]
    if not household.is_shared:
        told.insert(0, {"key": _("Shared with partners"), "value": _("No"), "tone": "bad"})
    for one in consents.former(household=household):
        line = _("%(purposes)s: until %(day)s (%(why)s)")
        ended = {"renewed": _("renewed"), "withdrawn": _("withdrawn")}.get(one.end_reason, one.end_reason)
        value = line % {"purposes": agreed(one), "day": words.day(one.until_on), "why": ended}
        told.append({"key": _("Before"), "value": value})
    return told


def agreed(consent: Consent) -> str:
    known = dict(purposes())
    return "; ".join(_(known.get(code, code)) for code in consent.purposes)


def _how(consent: Consent) -> str:
    how = str(consent.get_how_display())
    return _("%(how)s: %(witness)s") % {"how": how, "witness": consent.witness} if consent.witness else how


@require_safe
@needs(Permission.REGISTRY_VIEW)
def notices(request: HttpRequest) -> HttpResponse:
    """Every version of the text, in each language it has."""
    context = {
        "page_title": _("What is read to households"),
        "crumbs": [
            {"label": _("Households"), "url": reverse("registry:search")},
            {"label": _("What is read to households")},
        ],
        "notices": [
            {
                "title": _("Version %(version)s, in force since %(day)s")
                % {"version": one.version, "day": words.day(one.in_force_from)},
                "texts": sorted(one.texts.items()),
            }
            for one in consents.notices()
        ],
        "purposes": [_(label) for _code, label in purposes()],
    }
    return render(request, "registry/notices.html", context)
