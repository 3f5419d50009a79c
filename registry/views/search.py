"""One box that finds a person or household by number, reference, telephone, name or village.

What was typed may be an identity number, so it stands in no address: it travels by POST and waits in the session.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.permissions import Permission
from core.views.reads import saw_households
from registry.forms import words
from registry.forms.search import SearchForm
from registry.queries import by_name, households, places, search
from registry.queries.masking import masked
from registry.views.access import actor_of, needs

_SESSION = "registry_searches"
_LAST_VILLAGE = "registry_last_village"
_KEPT = 10


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REGISTRY_VIEW)
def start(request: HttpRequest) -> HttpResponse:
    """The box; a search sent here is remembered and answered under an address that says nothing."""
    form = SearchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = secrets.token_hex(6)
        kept = dict(list(request.session.get(_SESSION, {}).items())[-(_KEPT - 1) :])
        request.session[_SESSION] = kept | {key: form.cleaned_data["text"]}
        return redirect("registry:search_results", key)
    context = {"page_title": _("Find a household or person"), "form": form, "may_register": _may_register(request)}
    return render(request, "registry/search.html", context, status=422 if form.errors else 200)


@require_safe
@needs(Permission.REGISTRY_VIEW)
def results(request: HttpRequest, key: str) -> HttpResponse:
    """What a search found, a page at a time; the look is logged before it is shown."""
    text = request.session.get(_SESSION, {}).get(key)
    if text is None:
        return redirect("registry:search")
    after = request.GET.get("after", "")
    actor = actor_of(request)
    near = _last_village(request)
    found = search.find(actor=actor, text=text, after=after, near=[near["id"]] if near else [])
    persons = sorted({hit.person.pk for hit in found.hits if hit.person} | {one.person_id for one in found.elsewhere})
    if found.hits or found.elsewhere:
        audit.read(actor=actor, at=timezone.now(), page="search", subject_type="person", subject_ids=persons)
    address = reverse("registry:search_results", args=[key])
    context = {
        "page_title": _("Find a household or person"),
        "form": SearchForm(initial={"text": text}),
        "searched": True,
        "mistyped": found.mistyped,
        "heading": _count(found) if not after else _("More results"),
        "rows": [_row(hit) for hit in found.hits],
        "first": _first(found, near),
        "elsewhere": found.elsewhere,
        "others": found.others,
        "villages": [
            {"text": f"{area.name}, {area.district.name}", "url": reverse("registry:village", args=[area.code])}
            for area in found.villages
            if area.district
        ],
        "nothing": not (found.hits or found.elsewhere or found.villages or found.others),
        "next_url": f"{address}?after={found.next_key}" if found.next_key else "",
        "may_register": _may_register(request),
    }
    return render(request, "registry/search.html", context)


@require_safe
@needs(Permission.REGISTRY_VIEW)
def village(request: HttpRequest, code: str) -> HttpResponse:
    """The households of one village."""
    actor = actor_of(request)
    area = places.village(actor=actor, permission=Permission.REGISTRY_VIEW, code=code)
    if area is None or area.district is None:
        raise Http404
    page = households.in_village(actor=actor, area=area, after=request.GET.get("after", ""))
    numbers = [row.pk for row in page.rows]
    names = households.heads(household_ids=numbers)
    request.session[_LAST_VILLAGE] = {"id": area.pk, "name": area.name}
    saw_households(request, "village", numbers)
    address, today = reverse("registry:village", args=[code]), timezone.localdate()
    context = {
        "page_title": _("Households of %(village)s") % {"village": area.name},
        "caption": area.district.name,
        "crumbs": [{"label": _("Households"), "url": reverse("registry:search")}, {"label": area.name}],
        "columns": [{"label": _("Reference")}, {"label": _("Reference person")}, {"label": _("Last seen")}],
        "rows": [
            [
                {"text": row.reference, "url": reverse("registry:household", args=[row.reference])},
                names.get(row.pk, "–"),
                words.ago(row.interviewed_on, today),
            ]
            for row in page.rows
        ],
        "next_url": f"{address}?after={page.next_key}" if page.next_key else "",
    }
    return render(request, "registry/village.html", context)


def _may_register(request: HttpRequest) -> bool:
    return actor_of(request).may(Permission.REGISTRY_REGISTER)


def _last_village(request: HttpRequest) -> dict[str, Any] | None:
    """The village whose list was opened last: its people are likely meant."""
    village: dict[str, Any] | None = request.session.get(_LAST_VILLAGE)
    return village


def _first(found: search.Found, near: dict[str, Any] | None) -> str:
    """Whose people come first, where it is by names that somebody was found."""
    if not any(hit.why is search.Why.NAME for hit in found.hits):
        return ""
    return found.nearby[0].name if found.nearby else near["name"] if near else ""


def _count(found: search.Found) -> str:
    shown = len(found.hits)
    if found.next_key:
        return _("The first %(n)s results") % {"n": shown}
    return ngettext("%(n)s result", "%(n)s results", shown) % {"n": shown}


_ALIKE = {
    by_name.Where.GIVEN: gettext_lazy("Given name sounds alike"),
    by_name.Where.SURNAME: gettext_lazy("Surname sounds alike"),
    by_name.Where.OTHER: gettext_lazy("Another of their names sounds alike"),
}


def _why(hit: search.Hit) -> str:
    if hit.alike:
        return ". ".join(str(_ALIKE[where]) for where in hit.alike)
    return {
        search.Why.NATIONAL_ID: _("Same national ID"),
        search.Why.INTERIM_NUMBER: _("Same interim number"),
        search.Why.OTHER_NUMBER: _("Same number of another document"),
        search.Why.REFERENCE: _("Same reference"),
        search.Why.PHONE: _("Same telephone of the household"),
        search.Why.ACCOUNT: _("Same number of the account that is paid to"),
        search.Why.NOMINEE: _("Same telephone of the person who may collect"),
        search.Why.LEGACY_NUMBER: _("Same number in an earlier register"),
        search.Why.NAME: _("All parts of the name"),
    }[hit.why]


def _row(hit: search.Hit) -> dict[str, Any]:
    person, household = hit.person, hit.household
    number = ""
    if person is not None:
        number = masked(person.national_id) if person.national_id else person.interim_number or ""
    return {
        "title": str(person) if person else _("Household %(reference)s") % {"reference": household.reference},
        "url": reverse("registry:household", args=[household.reference]),
        "reference": household.reference,
        "relationship": words.word(words.RELATIONSHIPS, hit.membership.relationship) if hit.membership else "",
        "linked": bool(hit.membership and not hit.membership.counts),
        "born": words.birth(person.birth_date, person.birth_date_precision) if person else "",
        "number": number,
        "place": words.place(household.area, household.district),
        "why": _why(hit),
    }
