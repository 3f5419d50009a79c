"""Second interviews as supervisors see them: samples, what they say about each interviewer, what follows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
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
from core.queries.paging import page_of
from core.views.asking import ask
from core.views.errors import conflict
from core.views.paging import key_asked, page_urls
from core.views.reads import saw_households
from core.views.wording import counted
from registry.actions.fieldwork import comparing, sampling
from registry.actions.reviews import ReasonNeeded
from registry.actions.visits import DayHasPassed, NotSendable
from registry.fieldwork.terms import MEMBER, PERSON
from registry.forms import words
from registry.forms.fieldwork import DrawForm, LookForm, SendForm, SettleForm
from registry.forms.reasons import DecisionForm
from registry.models import InterviewerFinding, InterviewSample, Reinterview
from registry.queries import fieldwork, households, questionnaires, visits
from registry.views.access import actor_of, needs
from registry.views.field_tabs import field_tabs

REVIEW = Permission.REGISTRY_REVIEW
OFFERED = 50
TONES = {"open": "progress", "within": "good", "beyond": "bad", "looked": "waiting", "settled": "neutral"}
_pages = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@needs(REVIEW)
def samples(request: HttpRequest) -> HttpResponse:
    """The samples of the actor's places, and the interviewers on whom somebody has to look."""
    actor = actor_of(request)
    page = page_of(
        fieldwork.samples(actor=actor),
        order=["-id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    waiting = list(fieldwork.to_look_at(actor=actor)[:OFFERED])
    labels = [_("Interviews"), _("Place"), _("Drawn by"), _("Drawn"), _("Done")]
    context = {
        "page_title": _("Second interviews"),
        "tabs": field_tabs(actor, current="interviews"),
        "columns": [{"label": label, "numeric": place > 2} for place, label in enumerate(labels)],
        "rows": [_sample_row(one) for one in page.rows],
        "waiting": [
            {
                "text": _("%(name)s, %(days)s") % {"name": one.interviewer.full_name, "days": days(one.sample)},
                "state": one.get_status_display(),
                "tone": TONES[one.status],
                "url": reverse("registry:sample_interviewer", args=[one.sample.uuid, one.pk]),
            }
            for one in waiting
        ],
        "policy": _policy(),
        **page_urls(request, page),
    }
    return render(request, "registry/samples.html", context)


def _policy() -> str:
    asked = fieldwork.terms(on=timezone.localdate())
    return _(
        "Of each interviewer's interviews %(share)s per cent are held once more by somebody else, and at least "
        "%(least)s. Where fewer than %(agree)s per cent of the answers agree, a supervisor looks. %(source)s"
    ) % {
        "share": asked.share_percent,
        "least": asked.at_least,
        "agree": asked.agree_percent,
        "source": asked.source,
    }


def days(sample: InterviewSample) -> str:
    """The days of a sample's interviews in words."""
    return _("%(first)s to %(last)s") % {"first": words.day(sample.from_on), "last": words.day(sample.until_on)}


def _sample_row(one: Any) -> list[Any]:
    return [
        {"text": days(one), "url": reverse("registry:sample", args=[one.uuid])},
        one.area.name,
        one.drawn_by.full_name,
        one.counts["drawn"],
        one.done or 0,
    ]


@_pages
@needs(REVIEW)
def draw(request: HttpRequest) -> HttpResponse:
    """Ask where and when, then draw; the seed comes from the system's source of randomness and is kept."""
    actor, now = actor_of(request), timezone.now()
    today = timezone.localdate(now)
    form = DrawForm(
        request.POST if request.method == "POST" else None,
        places=fieldwork.places(actor=actor),
        today=today,
        initial={"from_on": today - timedelta(days=30), "until_on": today},
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = sampling.draw(
                area_id=told["place"],
                from_on=told["from_on"],
                until_on=told["until_on"],
                terms=fieldwork.terms(on=today),
                seed=secrets.token_hex(16),
                actor=actor,
                at=now,
            )
        except (sampling.NothingToDraw, sampling.DaysImpossible, sampling.PlaceTooWide, NotPermitted) as error:
            form.add_error(None, _(str(error)))
        else:
            count = made.counts["drawn"]
            messages.success(request, ngettext("%(n)s interview is drawn.", "%(n)s interviews are drawn.", count)
                             % {"n": count})  # fmt: skip
            return redirect("registry:sample", made.uuid)
    context = {
        "page_title": _("Draw interviews to be held once more"),
        "crumbs": _crumbs({"label": _("Draw")}),
        "form": form,
        "button": _("Draw them"),
        "cancel_url": reverse("registry:samples"),
        "policy": _policy(),
    }
    return render(request, "registry/sample_form.html", context, status=422 if form.errors else 200)


@require_safe
@needs(REVIEW)
def sample(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One sample: what it says about each interviewer, and about each fact."""
    found = _sample(request, uuid)
    rows = fieldwork.findings(sample=found)
    tallies = fieldwork.tallies(finding_ids=[row.pk for row in rows])
    waiting = fieldwork.to_assign(sample_id=found.pk).count()
    labels = [
        _("Interviewer"),
        _("Interviews"),
        _("Drawn"),
        _("Done"),
        _("Denied"),
        _("Answers that agree"),
        _("State"),
    ]
    context = {
        "page_title": _("Second interviews in %(place)s") % {"place": found.area.name},
        "caption": days(found),
        "crumbs": _crumbs({"label": days(found)}),
        "summary": [
            {"key": _("Drawn by"), "value": found.drawn_by.full_name},
            {"key": _("Drawn"), "value": words.moment(found.drawn_at)},
            {"key": _("Share of each interviewer"), "value": _share(found)},
            {"key": _("Seed of the draw"), "value": found.seed},
        ],
        "waiting": counted(waiting, "Nobody goes to %(n)s household yet.", "Nobody goes to %(n)s households yet."),
        "assign_url": reverse("registry:sample_assign", args=[uuid]) if waiting else "",
        "columns": [{"label": label, "numeric": 0 < place < 6} for place, label in enumerate(labels)],
        "rows": [_finding_row(row, tallies.get(row.pk, fieldwork.Tally()), found) for row in rows],
        **facts_shown(fieldwork.facts(sample=found)),
    }
    return render(request, "registry/sample.html", context)


def _share(found: InterviewSample) -> str:
    told = {"share": found.terms["share_percent"], "least": found.terms["at_least"]}
    return _("%(share)s per cent, at least %(least)s") % told


def _finding_row(row: InterviewerFinding, tally: fieldwork.Tally, found: InterviewSample) -> list[Any]:
    return [
        {"text": row.interviewer.full_name, "url": reverse("registry:sample_interviewer", args=[found.uuid, row.pk])},
        row.interviews,
        tally.drawn,
        tally.drawn - tally.open,
        tally.not_so,
        _percent(tally.percent),
        {"text": row.get_status_display(), "tone": TONES[row.status]},
    ]


def _percent(value: int | None) -> str:
    return "" if value is None else _("%(n)s %%") % {"n": value}


def facts_shown(found: list[fieldwork.Fact]) -> dict[str, Any]:
    """Agreement by fact, as a table: of numbers also how far apart, and in which direction."""
    labels = [_("Asked again"), _("Compared"), _("Agree"), _("Mean distance"), _("Mean deviation")]
    names = labels_of([one.code for one in found])
    return {
        "fact_columns": [{"label": label, "numeric": place > 0} for place, label in enumerate(labels)],
        "fact_rows": [
            [
                names[one.code],
                one.compared,
                _percent(one.agree * 100 // one.compared),
                "" if one.distance is None else f"{one.distance:.1f}",
                "" if one.deviation is None else f"{one.deviation:+.1f}",
            ]
            for one in found
        ],
    }


def labels_of(codes: list[str]) -> Mapping[str, str]:
    """What facts are called: the questions of the version in force, and those counted from the members."""
    known = fieldwork.questions_compared(version=questionnaires.published())
    counted = {
        "size": _("People in the household"),
        "children_0_17": _("Children under 18"),
        MEMBER: _("Members named in both"),
        f"{PERSON}sex": _("Sex"),
        f"{PERSON}birth_date": _("Date of birth"),
        f"{PERSON}relationship": _("Relationship"),
    }
    return {
        code: counted.get(code) or (known[code].label if code in known else code.replace("_", " ").capitalize())
        for code in codes
    }


@_pages
@needs(REVIEW)
def assign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send somebody to interviews that were drawn."""
    found, actor, now = _sample(request, uuid), actor_of(request), timezone.now()
    today = timezone.localdate(now)
    waiting = fieldwork.to_assign(sample_id=found.pk)
    count, shown = waiting.count(), list(waiting[:OFFERED])
    if not count:
        return redirect("registry:sample", uuid)
    saw(request, "sample_assign", shown)
    heads = households.heads(household_ids=[row.submission.household_id or 0 for row in shown])
    form = SendForm(
        request.POST if request.method == "POST" else None,
        people=visits.may_be_sent(area=found.area, on=today),
        offered=[_offered(row, heads) for row in shown],
        count=count,
        today=today,
        initial={"do_by": today + timedelta(days=fieldwork.terms(on=today).days_to_do)},
    )
    back = reverse("registry:sample", args=[uuid])
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            done = sampling.assign(
                sample_id=found.pk,
                ids=None if told["which"] == "all" else told["interviews"],
                to_id=told["to"],
                do_by=told["do_by"],
                actor=actor,
                at=now,
            )
        except (NotSendable, DayHasPassed) as error:
            form.add_error("to" if isinstance(error, NotSendable) else "do_by", _(str(error)))
        else:
            messages.success(request, _sent(done))
            return redirect(back)
    context = {
        "page_title": _("Send somebody to hold second interviews"),
        "crumbs": _crumbs({"label": days(found), "url": back}, {"label": _("Send somebody")}),
        "form": form,
        "button": _("Assign them"),
        "cancel_url": back,
    }
    return render(request, "registry/sample_form.html", context, status=422 if form.errors else 200)


def _offered(row: Reinterview, heads: Mapping[int, str]) -> tuple[int, str, str]:
    household = row.submission.household
    name = f"{heads.get(household.pk, '–')}, {household.reference}" if household else "–"
    village = words.hidden() if household and household.is_protected else row.area.name
    line = _("%(village)s. Interviewed by %(name)s.") % {"village": village, "name": row.first_by.full_name}
    return row.pk, name, line


def _sent(done: sampling.Sent) -> str:
    text = ngettext("%(n)s interview is assigned.", "%(n)s interviews are assigned.", done.made) % {"n": done.made}
    if done.left_out:
        text += " " + ngettext(
            "%(n)s was left out: who goes held it themselves, or declared an interest in the household.",
            "%(n)s were left out: who goes held them themselves, or declared an interest in the households.",
            done.left_out,
        ) % {"n": done.left_out}
    return text


@_pages
@needs(REVIEW)
def interviewer(request: HttpRequest, uuid: UUID, finding_id: int) -> HttpResponse:
    """One interviewer's comparison, household by household and fact by fact, and what follows."""
    found, actor = _finding(request, uuid, finding_id), actor_of(request)
    rows = fieldwork.of_finding(finding=found)
    saw(request, "sample_interviewer", rows)
    form = _decision_form(request, found)
    if request.method == "POST" and form is None:
        return conflict(request, sentence=_(str(comparing.NotToDecide.__doc__)), back_url=request.path)
    if form is not None and request.method == "POST" and form.is_valid():
        answer = _decide(request, found, form)
        if answer is not None:
            return answer
    labels = [_("Household"), _("Village"), _("Second interview"), _("What was found"), _("Answers that agree")]
    context = {
        "page_title": found.interviewer.full_name,
        "caption": _("Interviews of %(days)s") % {"days": days(found.sample)},
        "crumbs": _crumbs(
            {"label": days(found.sample), "url": reverse("registry:sample", args=[uuid])},
            {"label": found.interviewer.full_name},
        ),
        "summary": _finding_summary(found),
        "form": form,
        "heading": _("Is this confirmed?") if isinstance(form, SettleForm) else _("What do the differences mean?"),
        "own": _why_not(found, actor.user_id),
        "columns": [{"label": label, "numeric": place == 4} for place, label in enumerate(labels)],
        "rows": [_interview_row(row) for row in rows],
        **facts_shown(fieldwork.facts(sample=found.sample, finding=found)),
    }
    return render(request, "registry/sample_interviewer.html", context, status=422 if form and form.errors else 200)


def _decision_form(request: HttpRequest, found: InterviewerFinding) -> LookForm | SettleForm | None:
    """What this supervisor may say now; nothing about their own work, and no confirming of themselves."""
    data, me = request.POST if request.method == "POST" else None, actor_of(request).user_id
    if found.interviewer_id == me:
        return None
    if found.status == InterviewerFinding.Status.BEYOND:
        return LookForm(data)
    if found.status == InterviewerFinding.Status.LOOKED and found.looked_by_id != me:
        return SettleForm(data)
    return None


def _why_not(found: InterviewerFinding, me: int | None) -> str:
    if found.status == InterviewerFinding.Status.LOOKED and found.looked_by_id == me:
        return _("You said what follows, so another supervisor confirms it.")
    if found.interviewer_id == me and found.status in ("beyond", "looked"):
        return _("These are your own interviews, so others decide about them.")
    return ""


def _decide(request: HttpRequest, found: InterviewerFinding, form: LookForm | SettleForm) -> HttpResponse | None:
    actor, now, told = actor_of(request), timezone.now(), form.cleaned_data
    try:
        if isinstance(form, LookForm):
            comparing.look(finding_id=found.pk, verdict=told["verdict"], note=told["reason"], actor=actor, at=now)
            messages.success(request, _("It is kept. Another supervisor confirms it."))
        else:
            act = comparing.settle if told["decision"] == "settle" else comparing.send_back
            act(finding_id=found.pk, reason=told["reason"], actor=actor, at=now)
            messages.success(request, _("The decision is recorded."))
    except comparing.NotToDecide as error:
        return conflict(request, sentence=_(str(error)), back_url=request.path)
    except (comparing.OwnWork, ReasonNeeded, NotPermitted) as error:
        form.add_error(None, _(str(error)))
        return None
    return redirect(request.path)


def _finding_summary(found: InterviewerFinding) -> list[dict[str, Any]]:
    tally = fieldwork.tallies(finding_ids=[found.pk]).get(found.pk, fieldwork.Tally())
    rows: list[dict[str, Any]] = [
        {"key": _("State"), "value": found.get_status_display(), "tone": TONES[found.status]},
        {"key": _("Interviews in these days"), "value": found.interviews},
        {
            "key": _("Held once more"),
            "value": _("%(done)s of %(drawn)s") % {"done": tally.drawn - tally.open, "drawn": tally.drawn},
        },
        {"key": _("Answers that agree"), "value": _agreement(found, tally)},
    ]
    if tally.not_so:
        rows.append({"key": _("Households that deny the first interview"), "value": tally.not_so})
    if found.verdict:
        rows.append({"key": _("What follows"), "value": found.get_verdict_display()})
        rows.append(
            {"key": _("Why"), "value": f"{found.note} ({found.looked_by.full_name})" if found.looked_by else found.note}
        )
    if found.settled_by:
        rows.append({"key": _("Confirmed by"), "value": f"{found.settled_by.full_name}: {found.reason}"})
    elif found.reason:
        rows.append({"key": _("Sent back because"), "value": found.reason})
    return rows


def _agreement(found: InterviewerFinding, tally: fieldwork.Tally) -> str:
    if tally.percent is None:
        return _("Nothing is compared yet")
    return _("%(n)s %% of %(compared)s answers; at least %(bound)s %% are asked for") % {
        "n": tally.percent,
        "compared": tally.compared,
        "bound": found.sample.terms["agree_percent"],
    }


def _interview_row(row: Any) -> list[Any]:
    household = row.submission.household
    name: Any = household.reference if household else ""
    goes = row.assigned_to.full_name if row.assigned_to else _("Nobody goes yet")
    if row.status == Reinterview.Status.DONE:
        when = _("%(day)s by %(name)s") % {"day": words.day(row.held_on), "name": goes}
    elif row.do_by:
        when = _("By %(day)s: %(name)s") % {"day": words.day(row.do_by), "name": goes}
    else:
        when = goes
    tone = "bad" if row.outcome in Reinterview.NOT_SO else "neutral"
    return [
        {"text": name, "url": reverse("registry:second_interview", args=[row.uuid])},
        words.hidden() if household and household.is_protected else words.place(row.area, row.district),
        when,
        {"text": row.get_outcome_display(), "tone": tone} if row.outcome else "",
        _percent(row.agree * 100 // row.compared) if row.compared else "",
    ]


@_pages
@needs(REVIEW)
def take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an interview back from who was to hold it."""
    row = fieldwork.reinterview(actor=actor_of(request), uuid=uuid)
    if row is None or row.status != Reinterview.Status.ASSIGNED or row.assigned_to is None:
        raise Http404
    back = reverse("registry:sample_interviewer", args=[row.finding.sample.uuid, row.finding_id])
    return ask(
        request,
        act=lambda told: sampling.take_back(
            reinterview_id=row.pk, reason=told["reason"], actor=actor_of(request), at=timezone.now()
        ),
        refusals=(sampling.NotAssigned, NotPermitted),
        done=_("It is taken back: send somebody else."),
        back_url=back,
        context={
            "page_title": _("Take this second interview back?"),
            "question": _("%(name)s goes there no more.") % {"name": row.assigned_to.full_name},
            "confirm_label": _("Yes, take it back"),
        },
        form=DecisionForm,
    )


def _sample(request: HttpRequest, uuid: UUID) -> InterviewSample:
    found = fieldwork.sample(actor=actor_of(request), uuid=uuid)
    if found is None:
        raise Http404
    return found


def _finding(request: HttpRequest, uuid: UUID, finding_id: int) -> InterviewerFinding:
    found = fieldwork.finding(actor=actor_of(request), finding_id=finding_id)
    if found is None or found.sample.uuid != uuid:
        raise Http404
    return found


def _crumbs(*last: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": _("Second interviews"), "url": reverse("registry:samples")}, *last]


def saw(request: HttpRequest, page: str, rows: list[Reinterview]) -> None:
    """Log that whoever asks sees the households of these interviews."""
    numbers = [row.submission.household_id for row in rows if row.submission.household_id]
    saw_households(request, page, numbers)
