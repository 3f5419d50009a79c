"""Households to be seen again: where somebody is due, the lists of a place, and sending people there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Area
from core.views.reads import saw_households
from registry.actions import visits as act
from registry.forms import words
from registry.forms.visits import AssignForm
from registry.models import Household
from registry.queries import households, places, recertification, visits
from registry.views.access import actor_of, needs

VIEW, REGISTER, REVIEW = Permission.REGISTRY_VIEW, Permission.REGISTRY_REGISTER, Permission.REGISTRY_REVIEW
OFFERED = 50


@require_safe
@needs(VIEW)
def start(request: HttpRequest) -> HttpResponse:
    """The districts in which somebody is due; whoever works in one place is led there."""
    actor, today = actor_of(request), timezone.localdate()
    own = {grant.area_id for grant in actor.grants.get(VIEW, ()) if not grant.is_national}
    if len(own) == 1 and not any(grant.is_national for grant in actor.grants.get(VIEW, ())):
        return redirect("registry:due", Area.objects.get(pk=own.pop()).code)
    context = {
        "page_title": _("Households to be seen again"),
        "policy": policy_line(today),
        "place_columns": _columns(_("District"), _("Due"), _("Overdue"), numeric=(1, 2)),
        "place_rows": _place_rows(recertification.places(actor=actor, on=today)),
    }
    return render(request, "registry/due_start.html", context)


@require_safe
@needs(VIEW)
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One place: what is due below it, and its households, those not seen for longest first."""
    actor, today = actor_of(request), timezone.localdate()
    area = the_area(actor, code)
    page = recertification.page(actor=actor, on=today, area=area, after=request.GET.get("after", ""))
    apart = list(recertification.due_apart(actor=actor, on=today, area=area).select_related("area")[:OFFERED])
    numbers = [row.pk for row in (*page.rows, *apart)]
    saw_households(request, "due", numbers)
    here = reverse("registry:due", args=[code])
    plans = may_plan(actor, area)
    context = {
        "page_title": _("To be seen again: %(place)s") % {"place": area.name},
        "caption": area.district.name if area.district and area.district_id != area.pk else "",
        "crumbs": _crumbs(actor, area),
        "policy": policy_line(today),
        "place_columns": _columns(_("Place"), _("Due"), _("Overdue"), numeric=(1, 2)),
        "place_rows": []
        if area.level == Area.Level.VILLAGE
        else _place_rows(recertification.places(actor=actor, on=today, above=area)),
        "columns": _columns(_("Household"), _("Village"), _("Last seen"), _("To be seen again"), _("Visit")),
        "rows": _rows(page.rows, today),
        "apart_rows": _rows(apart, today),
        "next_url": f"{here}?after={page.next_key}" if page.next_key else "",
        "assign_url": reverse("registry:due_assign", args=[code]) if plans and (page.rows or apart) else "",
        "files": _files(actor, area) if page.rows else [],
    }
    return render(request, "registry/due.html", context)


def _rows(found: list[Household], today: date) -> list[list[Any]]:
    numbers = [row.pk for row in found]
    heads, terms = households.heads(household_ids=numbers), recertification.terms_of(found, on=today)
    sent = visits.open_of(numbers)
    return [
        [
            {
                "text": f"{heads.get(row.pk, '–')}, {row.reference}",
                "url": reverse("registry:household", args=[row.reference]),
            },
            _where(row),
            words.ago(row.interviewed_on, today),
            _due(terms[row.pk], today),
            _visit_words(sent[row.pk]) if row.pk in sent else "",
        ]
        for row in found
    ]


def _where(row: Household) -> str:
    return words.hidden() if row.is_protected else row.area.name


def _due(term: recertification.Term, today: date) -> Any:
    text = term_words(term, today)
    return {"text": text, "tone": "bad"} if term.due_on < today else text


def term_words(term: recertification.Term, today: date) -> str:
    """When a household is to be seen again."""
    return words.due(term.due_on, term.because, today)


def _visit_words(visit: Any) -> dict[str, str]:
    text = _("%(name)s, by %(day)s") % {"name": visit.assigned_to.full_name, "day": words.day(visit.visit_by)}
    return {"text": text, "url": reverse("registry:visit", args=[visit.uuid])}


def _files(actor: Actor, area: Area) -> list[dict[str, str]]:
    """What of the place may be taken along."""
    found = []
    pdf = reverse("registry:due_list", args=[area.code])
    if may_plan(actor, area):
        found.append({"label": _("List for who goes there (PDF)"), "url": pdf})
        found.append({"label": _("List for the chief, names and references only (PDF)"), "url": f"{pdf}?copy=chief"})
    if actor.may_in(Permission.REGISTRY_IMPORT, area_path=area.path):
        for label, form in ((_("Prefilled workbook (XLSX)"), "xlsx"), (_("Prefilled files (CSV, zipped)"), "zip")):
            found.append({"label": label, "url": reverse("registry:due_prefilled", args=[area.code, form])})
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REGISTER, REVIEW)
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """Send somebody to the households of a place, to all that are due or to some."""
    actor, now = actor_of(request), timezone.now()
    today = timezone.localdate(now)
    area = the_area(actor, code)
    if not may_plan(actor, area):
        raise Http404
    waiting = recertification.without_visit(recertification.due(actor=actor, on=today, area=area))
    count, shown = waiting.count(), list(waiting.select_related("area")[:OFFERED])
    apart = recertification.without_visit(recertification.due_apart(actor=actor, on=today, area=area))
    shown += apart.select_related("area")[:OFFERED]
    audit.read(actor=actor, at=now, page="due_assign", subject_type="household", subject_ids=[one.pk for one in shown])
    everybody = ngettext("The %(n)s that is due here", "All %(n)s that are due here", count) % {"n": count}
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        people=visits.may_be_sent(area=area, on=today),
        offered=_offered(shown, today),
        all_of_them=everybody,
        today=today,
    )
    back = reverse("registry:due", args=[code])
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            done = act.assign(
                area_id=area.pk,
                household_ids=None if chosen["which"] == "all" else chosen["households"],
                to_id=chosen["to"],
                visit_by=chosen["visit_by"],
                actor=actor,
                at=now,
            )
        except (act.NotSendable, act.DayHasPassed) as error:
            form.add_error("to" if isinstance(error, act.NotSendable) else "visit_by", _(str(error)))
        else:
            messages.success(request, _assigned(done))
            return redirect(back)
    context = {
        "page_title": _("Send somebody: %(place)s") % {"place": area.name},
        "crumbs": [*_crumbs(actor, area, linked=True), {"label": _("Send somebody")}],
        "form": form,
        "offers": bool(shown),
        "more": max(count - OFFERED, 0),
        "cancel_url": back,
    }
    return render(request, "registry/due_assign.html", context, status=422 if form.errors else 200)


def _offered(found: list[Household], today: date) -> list[tuple[int, str, str]]:
    heads = households.heads(household_ids=[row.pk for row in found])
    terms = recertification.terms_of(found, on=today)
    return [
        (
            row.pk,
            f"{heads.get(row.pk, '–')}, {row.reference}",
            f"{_where(row)}. {words.seen(row.interviewed_on, today)}. {term_words(terms[row.pk], today)}.",
        )
        for row in found
    ]


def _assigned(done: act.Assigned) -> str:
    text = ngettext("%(n)s visit is assigned.", "%(n)s visits are assigned.", done.made) % {"n": done.made}
    if done.left_out:
        text += " " + ngettext(
            "%(n)s household was left out: it has a visit already, who goes declared an interest in it, or may not see "
            "its protected address.",
            "%(n)s households were left out: they have a visit already, who goes declared an interest in them, or may "
            "not see their protected addresses.",
            done.left_out,
        ) % {"n": done.left_out}
    return text


def the_area(actor: Actor, code: str) -> Area:
    """The place, if the actor sees households of it or below; otherwise there is no such page."""
    area = places.by_code(code=code)
    if area is None or not actor.may_in(VIEW, area_path=area.path):
        raise Http404
    return area


def may_plan(actor: Actor, area: Area) -> bool:
    """Whether the actor may send people to households of the place."""
    return actor.may_in(REGISTER, area_path=area.path) or actor.may_in(REVIEW, area_path=area.path)


def policy_line(today: date) -> str:
    """What is asked for, with its source."""
    asked = recertification.policy(on=today)
    return _(
        "A household is to be seen again %(months)s months after it was last seen, sooner where a programme "
        "asks for it. It stands here %(days)s days before. %(source)s"
    ) % {"months": asked.months, "days": asked.notice_days, "source": asked.source}


def _place_rows(found: list[recertification.Place]) -> list[list[Any]]:
    return [
        [{"text": one.area.name, "url": reverse("registry:due", args=[one.area.code])}, one.due, one.overdue]
        for one in found
    ]


def _columns(*labels: str, numeric: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    return [{"label": label, "numeric": place in numeric} for place, label in enumerate(labels)]


def _crumbs(actor: Actor, area: Area, *, linked: bool = False) -> list[dict[str, str]]:
    above = [
        one for one in Area.objects.get_ancestors(area) if actor.may_in(VIEW, area_path=one.path) and one.district_id
    ]
    found = [{"label": _("To be seen again"), "url": reverse("registry:due_start")}]
    found += [{"label": one.name, "url": reverse("registry:due", args=[one.code])} for one in above]
    own = {"label": area.name}
    return [*found, own | {"url": reverse("registry:due", args=[area.code])} if linked else own]
