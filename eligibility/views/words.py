"""Labels, tones and paging that this package's pages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.views.wording import counted
from eligibility.models import EnrolmentNotice
from registry.models import Visit
from registry.queries.fieldwork import Doubts

PAGE = 50
T = TypeVar("T")

OUTCOME_TONES = {"eligible": "good", "not_eligible": "neutral", "not_assessable": "waiting"}
RUN_TONES = {"queued": "progress", "computed": "waiting", "published": "good", "discarded": "neutral", "failed": "bad"}
ENROLMENT_TONES = {
    "proposed": "waiting",
    "validated": "progress",
    "enrolled": "good",
    "suspended": "bad",
    "exited": "neutral",
    "rejected": "neutral",
}
PROGRAMME_TONES = {"draft": "neutral", "open": "good", "closed": "neutral"}


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: list[T]
    next_url: str


def number(text: str) -> int | None:
    """A whole number from an address, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def page_of(found: QuerySet[Any], request: HttpRequest, *, key: str = "id", size: int = PAGE) -> Page[Any]:
    """One page by keyset: rows after ``?after=``, and the address of the next page where there is one."""
    after = number(request.GET.get("after", ""))
    if after is not None:
        found = found.filter(**{f"{key}__gt": after})
    rows = list(found[: size + 1])
    query = {name: value for name, value in request.GET.items() if name != "after" and value}
    more = len(rows) > size
    next_url = f"?{urlencode({**query, 'after': getattr(rows[size - 1], key)})}" if more else ""
    return Page(rows=rows[:size], next_url=next_url)


def day(value: Any) -> str:
    """``4 March 2026``, or nothing."""
    return date_format(value, "j F Y") if value else ""


def columns(*labels: str, numeric: Sequence[str] = ()) -> list[dict[str, Any]]:
    return [{"label": label, "numeric": label in numeric} for label in labels]


def crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    """Breadcrumbs; the last one, the page itself, has no address."""
    return [{"label": label, **({"url": url} if url else {})} for label, url in items]


def reason_words(reasons: Iterable[str], criteria: Sequence[str]) -> str:
    """Stored reasons as a short sentence; ``criteria`` are the run's criteria in words."""
    told = []
    for reason in reasons:
        kind, _colon, what = reason.partition(":")
        if kind == "not_met":
            told.append(_("does not hold: %(words)s") % {"words": criteria[int(what) - 1]})
        elif kind == "missing":
            told.append(_("answer missing: %(name)s") % {"name": what.replace("_", " ")})
        elif kind == "nobody_counts":
            told.append(_("nobody counts in this household"))
        else:
            told.append(_("could not be computed"))
    return "; ".join(told)


def news(row: EnrolmentNotice) -> str:
    """What happened, and what it suggests."""
    told = {"day": day(row.at.date()), "reference": row.change_reference, "proposal": row.get_proposes_display()}
    if row.kind == "recertification_overdue":
        told["since"] = day(date.fromisoformat(row.change_reference))
        return _("%(day)s, to be seen again since %(since)s: %(proposal)s") % told
    if row.kind.startswith("visit_"):
        told["found"] = Visit.Outcome(row.kind.removeprefix("visit_")).label.lower()
        return _("%(day)s, visit %(reference)s, %(found)s: %(proposal)s") % told
    return _("%(day)s, change %(reference)s: %(proposal)s") % told


def doubt_words(doubts: Doubts) -> str:
    """What second interviews put in doubt, in sentences; empty where they put nothing."""
    found = [
        counted(
            doubts.beyond,
            "Second interviews disagree with those of %(n)s interviewer, and no two supervisors have settled it.",
            "Second interviews disagree with those of %(n)s interviewers, and no two supervisors have settled it.",
        ),
        counted(
            doubts.households if doubts.beyond else 0,
            "%(n)s household was interviewed by them and not seen since.",
            "%(n)s households were interviewed by them and not seen since.",
        ),
        counted(
            doubts.again,
            "%(n)s household is to be interviewed again and was not yet.",
            "%(n)s households are to be interviewed again and were not yet.",
        ),
        counted(
            doubts.open,
            "Second interviews of %(n)s interviewer's work are not done.",
            "Second interviews of %(n)s interviewers' work are not done.",
        ),
    ]
    if not any(found):
        return ""
    return " ".join(filter(None, [*found, _("Their households are assessed like all others.")]))
