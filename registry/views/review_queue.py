"""The review queue: what waits and why, taking the oldest, and accepting together what is in order."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access.permissions import Permission
from core.views.errors import conflict
from registry.actions import accepting
from registry.actions import submissions as act
from registry.forms import words
from registry.forms.reviews import KINDS, ReviewFilter, TogetherForm
from registry.queries import questionnaires, reviews
from registry.views.access import actor_of, needs
from registry.views.review import log

REVIEW = Permission.REGISTRY_REVIEW


@require_safe
@needs(REVIEW)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, with why and who looks at it."""
    actor, now = actor_of(request), timezone.now()
    form = _filter(request.GET)
    wanted = form.wanted()
    page = reviews.queue(actor=actor, wanted=wanted, at=now, after=request.GET.get("after", ""))
    address = reverse("registry:review")
    narrowed = wanted != reviews.Wanted()
    context = {
        "page_title": _("Registrations that wait for review"),
        "said": _said(reviews.bounded(reviews.waiting(actor=actor, wanted=wanted, at=now)), narrowed=narrowed),
        "form": form,
        "open": narrowed,
        "clear_url": address if narrowed else "",
        "columns": [
            {"label": _("Waits since")},
            {"label": _("Household")},
            {"label": _("Village")},
            {"label": _("Why")},
            {"label": _("Sent by")},
            {"label": _("Being looked at by")},
        ],
        "rows": [_row(row) for row in page.rows],
        "next_url": f"{address}?{_query(wanted, after=page.next_key)}" if page.next_key else "",
        "wanted": _pairs(wanted),
        "together_url": f"{reverse('registry:review_together')}?{_query(wanted)}",
    }
    log(request, "review_queue", [row.review.pk for row in page.rows])
    return render(request, "registry/review.html", context)


def _filter(data: Any) -> ReviewFilter:
    fields = ("village", "kind", "door", "days")
    given = data if any(data.get(name) for name in fields) else None
    return ReviewFilter(given, kinds=list(_kinds().items()))


def _kinds() -> dict[str, str]:
    """Every kind of finding that sends something to review, with its words."""
    version = questionnaires.published()
    told = {str(code): str(words_of) for code, words_of in KINDS.items()}
    for one in questionnaires.content(version).checks:
        if one.severity == "warning":
            told[one.code] = questionnaires.in_words(one.message)
    return told


def _said(number: int, *, narrowed: bool) -> str:
    if number > reviews.COUNTED:
        return _("More than %(n)s wait here.") % {"n": f"{reviews.COUNTED:,}"}
    if not number:
        return ""
    said = ngettext("%(n)s waits here.", "%(n)s wait here.", number) % {"n": number}
    return said if narrowed else ngettext("%(n)s waits.", "%(n)s wait.", number) % {"n": number}


def _pairs(wanted: reviews.Wanted) -> list[tuple[str, str]]:
    told = {"door": wanted.door, "village": wanted.village, "kind": wanted.kind, "days": wanted.days}
    return [(name, str(value)) for name, value in told.items() if value not in ("", None)]


def _query(wanted: reviews.Wanted, **more: str) -> str:
    return urlencode([*_pairs(wanted), *more.items()])


def _row(row: reviews.Waiting) -> list[Any]:
    review = row.review
    received = timezone.localdate(review.received_at)
    due = reviews.due_on(received)
    late = due < timezone.localdate()
    return [
        {
            "text": _("%(day)s, overdue") % {"day": words.day(received)} if late else words.day(received),
            "url": reverse("registry:review_submission", args=[row.uuid]),
        },
        row.head or _("No reference person"),
        words.place(review.area, review.district),
        _why(row),
        row.sender,
        row.holder,
    ]


def _why(row: reviews.Waiting) -> str:
    told = []
    if row.duplicates:
        told.append(
            ngettext("%(n)s person may be known already", "%(n)s persons may be known already", row.duplicates)
            % {"n": row.duplicates}
        )
    if "own_household" in row.review.kinds:
        told.append(_("the sender's own people"))
    unusual = row.warnings - ("own_household" in row.review.kinds)
    if unusual > 0:
        told.append(ngettext("%(n)s unusual answer", "%(n)s unusual answers", unusual) % {"n": unusual})
    return ", ".join(told)


@require_POST
@needs(REVIEW)
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the oldest of what the filter shows that nobody looks at."""
    wanted = _filter(request.POST).wanted()
    taken = act.take_next(wanted=wanted, actor=actor_of(request), at=timezone.now())
    if taken is None:
        messages.info(request, _("Nothing here waits for you: what is left is your own, or others look at it."))
        return redirect(f"{reverse('registry:review')}?{_query(wanted)}")
    return redirect("registry:review_submission", taken.uuid)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REVIEW)
def together(request: HttpRequest) -> HttpResponse:
    """What is in order but for harmless findings: a look at what it is, a reason, and all of it is accepted."""
    actor, now = actor_of(request), timezone.now()
    wanted = _filter(request.GET).wanted()
    back = f"{reverse('registry:review')}?{_query(wanted)}"
    found = reviews.in_order(actor=actor, wanted=wanted, at=now)
    form = TogetherForm(request.POST) if request.method == "POST" else TogetherForm(initial={"seen": found.digest})
    if request.method == "POST" and form.is_valid():
        try:
            done = accepting.accept_together(
                wanted=wanted,
                seen_digest=form.cleaned_data["seen"],
                reason=form.cleaned_data["reason"],
                actor=actor,
                at=now,
            )
        except (accepting.ListChanged, accepting.NothingInOrder) as error:
            return conflict(request, sentence=str(error), back_url=request.get_full_path())
        if done.job is not None:
            return redirect("core:job", done.job.pk)
        said = ngettext("%(n)s registration accepted.", "%(n)s registrations accepted.", done.accepted)
        messages.success(request, said % {"n": done.accepted})
        return redirect(back)
    rows = reviews.rows_of(found)
    log(request, "review_together", [row.pk for row, _head in rows])
    context = {
        "page_title": _("Accept what is in order"),
        "crumbs": [{"label": _("Review"), "url": back}, {"label": _("Accept what is in order")}],
        "form": form,
        "found": found,
        "count": len(found.ids),
        "harmless": _lines(found.kinds, _kinds()),
        "villages": _lines(found.villages, {})[:20],
        "columns": [{"label": _("Waits since")}, {"label": _("Household")}, {"label": _("Village")}],
        "rows": [
            [
                {
                    "text": words.day(timezone.localdate(row.received_at)),
                    "url": reverse("registry:review_submission", args=[row.submission.uuid]),
                },
                head or _("No reference person"),
                row.area.name,
            ]
            for row, head in rows
        ],
        "back_url": back,
    }
    return render(request, "registry/review_together.html", context, status=422 if form.errors else 200)


def _lines(counts: Any, told: dict[str, str]) -> list[dict[str, str]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"key": told.get(code, code), "value": str(number)} for code, number in ordered]
