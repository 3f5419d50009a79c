"""Cases as the templates show them: labels, tones, addresses, ready."""

from datetime import date, datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.reader import in_language
from grievances.models import Case, CaseEvent
from grievances.queries.cases import timeline

TONES = {
    Case.Status.RECEIVED: "waiting",
    Case.Status.ACKNOWLEDGED: "waiting",
    Case.Status.IN_PROGRESS: "progress",
    Case.Status.APPEALED: "waiting",
    Case.Status.DECIDED: "good",
    Case.Status.CLOSED: "neutral",
    Case.Status.WITHDRAWN: "neutral",
}


BY_COMPLAINANT = ("lodged", "reply", "withdrawn", "appealed")


def moment(value: datetime) -> str:
    """Day and time where the country is."""
    return date_format(timezone.localtime(value), "j F Y, H:i")


def day(value: date | None) -> str:
    return date_format(value, "j F Y") if value else ""


def public_crumbs(last: str) -> list[dict[str, str]]:
    return [{"label": _("Complain, appeal or ask"), "url": reverse("grievances:start")}, {"label": last}]


def address(name: str, *args: object) -> str:
    """The address of another package's page, or nothing while it has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def due_text(case: Case, on: date) -> dict[str, str]:
    """How long there is left, as a table's cell: overdue in words and colour."""
    if case.due_on is None:
        return {"text": ""}
    left = (case.due_on - on).days
    if left < 0:
        text = ngettext("%(days)d day overdue", "%(days)d days overdue", -left) % {"days": -left}
        return {"text": text, "tone": "bad"}
    if left == 0:
        return {"text": _("Due today"), "tone": "waiting"}
    text = ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}
    return {"text": f"{day(case.due_on)}, {text}"}


def state(case: Case) -> dict[str, str]:
    return {"text": str(case.get_status_display()), "tone": TONES[Case.Status(case.status)]}


def row(case: Case, on: date) -> list[Any]:
    """One line of the list. No name: what is listed needs no log of reads."""
    return [
        {"text": case.reference, "url": reverse("grievances:case", args=[case.reference])},
        in_language(case.category.labels),
        state(case),
        due_text(case, on),
        case.area.name,
        case.assigned_to.full_name if case.assigned_to else _("Nobody yet"),
    ]


def for_complainant(case: Case) -> dict[str, Any]:
    """What the complainant may know: no officer's name, no note, nothing about a household."""
    rows: list[dict[str, Any]] = [
        {"key": _("State"), "value": case.get_status_display(), "tone": TONES[Case.Status(case.status)]},
        {"key": _("About"), "value": in_language(case.category.labels)},
        {"key": _("Received"), "value": moment(case.lodged_at)},
    ]
    if case.status == Case.Status.RECEIVED:
        rows.append({"key": _("You hear from us by"), "value": day(case.acknowledge_by)})
    if case.is_open:
        rows.append({"key": _("Decision by"), "value": day(case.decide_by)})
    decision = None
    if case.outcome:
        decision = {"outcome": case.get_outcome_display(), "reasons": case.reasons}
    return {"rows": rows, "events": events(case, for_public=True), "decision": decision, "told": case.description}


def events(case: Case, *, for_public: bool = False) -> list[dict[str, Any]]:
    """The timeline, newest first."""
    return [
        {
            "title": _title(event, for_public),
            "by": "" if for_public else _who(event),
            "at": event.at,
            "text": event.text,
        }
        for event in timeline(case=case, public_only=for_public)
    ]


def _title(event: CaseEvent, for_public: bool) -> str:
    if for_public:
        own_words = {
            CaseEvent.Kind.MESSAGE: _("Message to you"),
            CaseEvent.Kind.REPLY: _("Your message"),
            CaseEvent.Kind.ASSIGNED: _("Taken up"),
        }
        return own_words.get(CaseEvent.Kind(event.kind)) or str(event.get_kind_display())
    title = str(event.get_kind_display())
    return title if event.public or event.kind == CaseEvent.Kind.NOTE else _("%(what)s (internal)") % {"what": title}


def _who(event: CaseEvent) -> str:
    if event.by is not None:
        return event.by.full_name
    return _("the complainant") if event.kind in BY_COMPLAINANT else _("the system")
