"""What is taken along to households that are due: village lists on paper, and prefilled files."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core import pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Area
from core.views.errors import conflict
from core.views.reads import saw_households
from registry.files import prefilled as files
from registry.files import villagelist
from registry.forms import words
from registry.models import Household
from registry.queries import households, places, questionnaires, recertification, resurvey, visits
from registry.views.access import actor_of, needs
from registry.views.recertification import REGISTER, REVIEW, may_plan, term_words, the_area

LARGEST = 3_000
IMPORT = Permission.REGISTRY_IMPORT
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "pdf": "application/pdf",
}


@require_safe
@needs(REGISTER, REVIEW)
def village_list(request: HttpRequest, code: str) -> HttpResponse:
    """The households of a place that are due, village by village; ``?copy=chief``: names and references only."""
    actor, today = actor_of(request), timezone.localdate()
    area = the_area(actor, code)
    if not may_plan(actor, area):
        raise Http404
    chief = request.GET.get("copy") == "chief"
    found = _due(actor, area, today)
    if len(found) > LARGEST:
        return _too_many(request, area)
    found.sort(key=lambda row: (row.area.path, row.interviewed_on, row.pk))
    _log(request, "due_list_chief" if chief else "due_list", found)
    sheet = (_chiefs if chief else _officers)(found, area, today)
    return _file(villagelist.pdf(sheet), f"{'chief' if chief else 'visits'}-{area.code}", "pdf")


@require_safe
@needs(IMPORT)
def prefilled(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The same households as a file to fill in on the way (``xlsx``, ``zip``), for a survey made anew."""
    actor, today = actor_of(request), timezone.localdate()
    area = the_area(actor, code)
    if form not in ("xlsx", "zip") or not actor.may_in(IMPORT, area_path=area.path):
        raise Http404
    found = _due(actor, area, today)
    if len(found) > LARGEST:
        return _too_many(request, area)
    version = questionnaires.published()
    rows = resurvey.rows(households=found, version=version)
    _log(request, "due_prefilled", found)
    asked = questionnaires.content(version)
    content = files.xlsx(asked, rows) if form == "xlsx" else files.csv_pair(asked, rows)
    return _file(content, f"resurvey-{area.code}", form)


def _due(actor: Actor, area: Area, today: date) -> list[Household]:
    found = recertification.due(actor=actor, on=today, area=area).select_related("area__district", "district")
    return list(found[: LARGEST + 1])


def _log(request: HttpRequest, page: str, found: list[Household]) -> None:
    numbers = [row.pk for row in found]
    saw_households(request, page, numbers)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _too_many(request: HttpRequest, area: Area) -> HttpResponse:
    sentence = _("More than %(n)s households are due here: choose a smaller place.") % {"n": LARGEST}
    return conflict(request, sentence=sentence, back_url=reverse("registry:due", args=[area.code]))


def _officers(found: list[Household], area: Area, today: date) -> villagelist.Sheet:
    numbers = [row.pk for row in found]
    heads, sizes = households.heads(household_ids=numbers), households.sizes(household_ids=numbers)
    terms, sent = recertification.terms_of(found, on=today), visits.open_of(numbers)
    lines = {
        row.pk: [
            row.reference,
            heads.get(row.pk, "–"),
            str(sizes.get(row.pk, 0)),
            row.address or "–",
            words.ago(row.interviewed_on, today),
            term_words(terms[row.pk], today),
            f"{sent[row.pk].assigned_to.full_name}, {words.day(sent[row.pk].visit_by)}" if row.pk in sent else "–",
            "",
        ]
        for row in found
    }
    columns = [_("Reference"), _("Reference person"), _("Members"), _("How to find the dwelling"), _("Last seen")]
    columns += [_("To be seen again"), _("Visit"), _("What was found, and when")]
    return _sheet(found, area, today, lines, columns, (5, 5, 3, 6, 3, 5, 4, 6), wide=True)


def _chiefs(found: list[Household], area: Area, today: date) -> villagelist.Sheet:
    heads = households.heads(household_ids=[row.pk for row in found])
    lines = {row.pk: [row.reference, heads.get(row.pk, "–"), ""] for row in found}
    columns = [_("Reference"), _("Name"), _("Remarks")]
    return _sheet(found, area, today, lines, columns, (3, 4, 5), wide=False)


def _sheet(
    found: list[Household], area: Area, today: date, lines: dict[int, list[str]], columns: list[str],
    widths: tuple[int, ...], *, wide: bool,
) -> villagelist.Sheet:  # fmt: skip
    above = places.parents(areas=[row.area for row in found])
    villages = []
    for village, group in groupby(found, key=lambda row: row.area):
        mine = [lines[row.pk] for row in group]
        place = ", ".join(part for part in (above.get(village.pk, ""), _district(village)) if part)
        count = ngettext("%(n)s household", "%(n)s households", len(mine)) % {"n": len(mine)}
        villages.append(villagelist.Village(village.name, place, count, mine))
    about: dict[str, Any] = pack.about()
    return villagelist.Sheet(
        title=_("Households to be seen again: %(place)s") % {"place": area.name},
        printed=f"{questionnaires.in_words(about['name'])}, {words.day(today)}",
        note=_("Confidential. Hand it back, or destroy it, when the visits are made."),
        wide=wide,
        columns=columns,
        widths=widths,
        villages=villages,
    )


def _district(village: Area) -> str:
    return village.district.name if village.district else ""
