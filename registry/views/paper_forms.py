"""Paper forms: what became of them, issuing and printing them, and accounting for ranges of serial numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.queries import devices
from core.queries.paging import page_of
from core.views.paging import key_asked, page_urls
from core.views.wording import counted
from registry.actions.fieldwork import paper as act
from registry.actions.reviews import ReasonNeeded
from registry.actions.visits import DayHasPassed, NotSendable
from registry.fieldwork import serials
from registry.files import paperform
from registry.forms import words
from registry.forms.paper import AccountForm, IssueForm
from registry.models import PaperIssue
from registry.queries import fieldwork, paper, questionnaires
from registry.queries.questionnaires import Section
from registry.views.access import actor_of, needs
from registry.views.field_tabs import field_tabs

REVIEW = Permission.REGISTRY_REVIEW
#: So many forms are one PDF: each is several pages.
PRINTED = 50
MEMBERS = 6
_pages = require_http_methods(["GET", "HEAD", "POST"])
_REFUSALS = (
    act.TooMany, act.NotIssued, act.NotThere, act.PlaceTooWide, serials.NotASerial, NotSendable, DayHasPassed,
    ReasonNeeded, NotPermitted,
)  # fmt: skip


@require_safe
@needs(REVIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """What became of every form that was issued for the actor's places: by place, by holder, by issue."""
    actor, today = actor_of(request), timezone.localdate()
    page = page_of(
        paper.issues(actor=actor),
        order=["-id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    late = paper.overdue(actor=actor, on=today)
    labels = [_("Serial numbers"), _("Place"), _("Issued by"), _("Issued")]
    context = {
        "page_title": _("Paper forms"),
        "tabs": field_tabs(actor, current="paper"),
        "late": counted(late, "%(n)s form is overdue.", "%(n)s forms are overdue."),
        "places": _table(_("Place"), paper.by_place(actor=actor, on=today)),
        "holders": _table(_("Who has or had them"), paper.by_holder(actor=actor, on=today)),
        "columns": [{"label": label} for label in labels],
        "rows": [
            [
                {"text": _range(one), "url": reverse("registry:paper_issue", args=[one.uuid])},
                one.area.name,
                one.issued_by.full_name,
                words.moment(one.issued_at),
            ]
            for one in page.rows
        ],
        **page_urls(request, page),
    }
    return render(request, "registry/paper_forms.html", context)


def _range(one: PaperIssue) -> str:
    told = {"first": serials.serial(one.first), "last": serials.serial(one.last)}
    return _("%(first)s to %(last)s") % told if one.first != one.last else told["first"]


def _table(first: str, found: Sequence[paper.Account]) -> dict[str, Any]:
    labels = [first, _("Issued"), _("In stock"), _("Out"), _("Overdue"), _("Used"), _("Spoilt"), _("Lost")]
    rows = [
        [
            one.name or _("Nobody yet"),
            one.issued,
            one.stock,
            one.out,
            {"text": str(one.overdue), "tone": "bad"} if one.overdue else 0,
            one.used,
            one.spoilt,
            one.lost,
        ]
        for one in found
    ]
    return {"columns": [{"label": label, "numeric": place > 0} for place, label in enumerate(labels)], "rows": rows}


@_pages
@needs(REVIEW)
def issue_new(request: HttpRequest) -> HttpResponse:
    """Give a place its next serial numbers."""
    actor = actor_of(request)
    form = IssueForm(request.POST if request.method == "POST" else None, places=fieldwork.places(actor=actor))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = act.issue(area_id=told["place"], count=told["count"], actor=actor, at=timezone.now())
        except _REFUSALS as error:
            form.add_error(None, _(str(error)))
        else:
            messages.success(request, _("The serial numbers are issued: print the forms."))
            return redirect("registry:paper_issue", made.uuid)
    context = {
        "page_title": _("Issue paper forms"),
        "crumbs": _crumbs(_("Issue")),
        "form": form,
        "button": _("Issue them"),
        "cancel_url": reverse("registry:paper"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


@require_safe
@needs(REVIEW)
def issue(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One issue: its forms to print, and what became of them."""
    found = _found(request, uuid)
    context = {
        "page_title": _range(found),
        "caption": _("Paper forms for %(place)s") % {"place": found.area.name},
        "crumbs": _crumbs(_range(found)),
        "parts": [
            {
                "label": _("%(first)s to %(last)s") % {"first": serials.serial(low), "last": serials.serial(high)},
                "url": reverse("registry:paper_print", args=[uuid, low]),
            }
            for low, high in _parts(found)
        ],
        "holders": _table(_("Who has or had them"), paper.of_issue(issue=found, on=timezone.localdate())),
    }
    return render(request, "registry/paper_issue.html", context)


def _parts(found: PaperIssue) -> list[tuple[int, int]]:
    starts = range(found.first, found.last + 1, PRINTED)
    return [(low, min(low + PRINTED - 1, found.last)) for low in starts]


@require_safe
@needs(REVIEW)
def printed(request: HttpRequest, uuid: UUID, first: int) -> HttpResponse:
    """Some forms of an issue as a PDF, in the words of the questionnaire in force."""
    found = _found(request, uuid)
    part = next(((low, high) for low, high in _parts(found) if low == first), None)
    if part is None:
        raise Http404
    content = paperform.pdf(_paper(found, [serials.serial(number) for number in range(part[0], part[1] + 1)]))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="forms-{serials.serial(first)}.pdf"'
    return response


def _paper(found: PaperIssue, numbers: list[str]) -> paperform.Paper:
    version = questionnaires.published()
    household = [_part(one) for one in questionnaires.sections(version, level="household")]
    persons = [_part(one, each=True) for one in questionnaires.sections(version, level="person")]
    return paperform.Paper(
        title=questionnaires.in_words(version.content.get("label")) or version.code,
        version=version.code,
        note=_("%(place)s. Every form is accounted for: bring back those that are spoilt or not used.")
        % {"place": found.area.name},
        serial_word=_("Serial number"),
        member_word=_("Member"),
        members=MEMBERS,
        serials=numbers,
        parts=[_beginning(), *household, _who(), *persons],
        signatures=[_("Signature or thumb print of who answered, and date"), _("Signature of who asked, and date")],
    )


def _beginning() -> paperform.Part:
    labels = [_("Village"), _("How is the dwelling found?"), _("Telephone that reaches the household")]
    labels += [_("Day of the interview"), _("Who asks the questions?"), _("Privacy notice read out: which version?")]
    yes_no = [_("Yes"), _("No")]
    agreed = paperform.Line(_("If by consent: does the household agree?"), choices=yes_no)
    return paperform.Part(_("Dwelling and interview"), [*(paperform.Line(label) for label in labels), agreed])


def _who() -> paperform.Part:
    sexes = [str(word) for word in words.SEXES.values()]
    relationships = [str(word) for word in words.RELATIONSHIPS.values()]
    lines = [
        paperform.Line(_("Given names")),
        paperform.Line(_("Surname")),
        paperform.Line(_("Sex"), choices=sexes),
        paperform.Line(_("Date of birth"), hint=_("As much as is known: the year alone will do.")),
        paperform.Line(_("National ID"), hint=_("Leave it empty where there is none.")),
        paperform.Line(_("What is this person to the reference person?"), choices=relationships),
        paperform.Line(_("Where does this person live?"), choices=[str(word) for word in words.RESIDENCES.values()]),
    ]
    return paperform.Part(_("Who this is"), lines, each=True)


def _part(section: Section, *, each: bool = False) -> paperform.Part:
    yes_no = [_("Yes"), _("No")]
    lines = [
        paperform.Line(
            one.label,
            hint=one.hint or (_("Tick all that apply.") if one.type == "choices" else one.unit),
            choices=yes_no if one.type == "boolean" else [label for _code, label in one.choices],
        )
        for one in section.questions
        if one.type != "photo"
    ]
    return paperform.Part(section.label, lines, each=each)


@_pages
@needs(REVIEW)
def account(request: HttpRequest) -> HttpResponse:
    """Say what became of one form or of a range: handed out, brought back, spoilt, lost."""
    actor, now = actor_of(request), timezone.now()
    today = timezone.localdate(now)
    form = AccountForm(
        request.POST if request.method == "POST" else None,
        people=devices.collectors(actor=actor),
        today=today,
        initial={"due_on": today + timedelta(days=fieldwork.terms(on=today).paper_days)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            count = _carry_out(form.cleaned_data, actor, now)
        except _REFUSALS as error:
            form.add_error(None, _(str(error)))
        else:
            messages.success(
                request, ngettext("%(n)s form is recorded.", "%(n)s forms are recorded.", count) % {"n": count}
            )
            return redirect("registry:paper")
    context = {
        "page_title": _("What became of paper forms?"),
        "crumbs": _crumbs(_("Account")),
        "form": form,
        "button": _("Record it"),
        "cancel_url": reverse("registry:paper"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)


def _carry_out(told: dict[str, Any], actor: Any, now: Any) -> int:
    span = {"first": told["first"], "last": told["last"], "actor": actor, "at": now}
    match told["what"]:
        case "hand_out":
            return act.hand_out(to_id=told["to"], due_on=told["due_on"], **span)
        case "bring_back":
            return act.bring_back(**span)
        case _:
            return act.write_off(outcome=told["what"], reason=told["reason"].strip(), **span)


def _found(request: HttpRequest, uuid: UUID) -> PaperIssue:
    found = paper.issue(actor=actor_of(request), uuid=uuid)
    if found is None:
        raise Http404
    return found


def _crumbs(last: str) -> list[dict[str, str]]:
    return [{"label": _("Paper forms"), "url": reverse("registry:paper")}, {"label": last}]
