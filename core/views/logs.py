"""The audit log, the log of reads and their seals: for auditors and the data protection officer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from core.audit_words import all_words, in_words, meant_by
from core.forms.logs import FindEntries, FindReads
from core.jobs import queue
from core.models import AuditEntry, Job, ReadEntry
from core.queries import areas
from core.queries import audit as queries
from core.queries.paging import page_of
from core.queries.people import names
from core.views.paging import key_asked, page_urls

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")


@require_safe
@requires(Permission.AUDIT_VIEW)
def entries(request: HttpRequest) -> HttpResponse:
    """What was done, by whom, newest first. Reading it is itself logged."""
    actor, districts = actor_of_request(request), areas.districts()
    form = FindEntries(request.GET or None, districts=districts)
    asked, right = _asked(form)
    page = page_of(
        queries.entries(actor=actor, asked=asked),
        order=["-id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    _log_read(request, "audit.log", page.rows)
    known, people = all_words(), names(entry.actor_id for entry in page.rows)
    places = {area.pk: area.name for area in districts}
    context = {
        "page_title": _("Audit log"),
        "tabs": _tabs("entries"),
        "form": form,
        "filtered": right and asked != queries.Asked(),
        "list_url": request.path,
        "columns": [
            {"label": label} for label in (_("When"), _("Who"), _("What"), _("About"), _("Reason and details"))
        ],
        "rows": [_entry_row(entry, known, people, places) for entry in page.rows],
        **page_urls(request, page),
    }
    return render(request, "core/logs/log.html", context)


@require_safe
@requires(Permission.AUDIT_VIEW)
def reads(request: HttpRequest) -> HttpResponse:
    """Who saw whose personal data, newest first. Reading it is itself logged."""
    actor = actor_of_request(request)
    form = FindReads(request.GET or None)
    asked, right = _asked(form)
    page = page_of(
        queries.reads(actor=actor, asked=asked),
        order=["-id"],
        after=key_asked(request, "after"),
        before=key_asked(request, "before"),
    )
    _log_read(request, "audit.reads", page.rows)
    people = names(entry.actor_id for entry in page.rows)
    context = {
        "page_title": _("Log of reads"),
        "tabs": _tabs("reads"),
        "form": form,
        "filtered": right and asked != queries.Asked(),
        "list_url": request.path,
        "columns": [
            {"label": label} for label in (_("When"), _("Who"), _("Page"), _("Records"), _("Numbers"), _("Reason"))
        ],
        "rows": [_read_row(entry, people) for entry in page.rows],
        **page_urls(request, page),
    }
    return render(request, "core/logs/log.html", context)


@require_safe
@requires(Permission.AUDIT_VIEW)
def seals(request: HttpRequest) -> HttpResponse:
    """The last links of the hash chains, and what the last check of all of them found."""
    actor = actor_of_request(request)
    last = queries.last_verification(actor=actor)
    context = {
        "page_title": _("Seals of the logs"),
        "tabs": _tabs("seals"),
        "columns": [
            {"label": _("Sealed")},
            {"label": _("Log")},
            {"label": _("Rows"), "numeric": True},
            {"label": _("Digest")},
        ],
        "rows": [
            [_moment(seal.at), _logs().get(seal.log, seal.log), seal.rows, bytes(seal.digest).hex()[:16]]
            for seal in queries.seals(actor=actor)
        ],
        "last": _result(last),
        "job_url": reverse("core:job", args=[last.pk]) if last else "",
    }
    return render(request, "core/logs/seals.html", context)


@require_POST
@requires(Permission.AUDIT_VIEW)
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute every seal as a job; one at a time."""
    job = queue.enqueue(
        kind=queries.VERIFY,
        identity=queries.VERIFY,
        label=_("Recompute the seals of the logs"),
        actor=actor_of_request(request),
        at=timezone.now(),
    )
    messages.info(request, _("The seals are being recomputed. The result appears here and on the page of seals."))
    return redirect("core:job", job.pk)


def _logs() -> dict[str, str]:
    return {"core_audit": _("Audit log"), "core_read_log": _("Log of reads")}


def _result(job: Job | None) -> dict[str, Any] | None:
    """The last check in words: ``tone``, ``sentence`` and the links that do not match."""
    if job is None:
        return None
    if job.status != Job.Status.DONE:
        words = {
            Job.Status.FAILED: (_("The check stopped with an error."), "bad"),
            Job.Status.CANCELLED: (_("The check was cancelled."), "neutral"),
        }
        sentence, tone = words.get(Job.Status(job.status), (_("The check is under way."), "progress"))
        return {"tone": tone, "sentence": sentence, "broken": []}
    broken = [
        f"{_logs().get(link['log'], link['log'])}, {_('seal')} {link['seal_id']}: {link['sentence']}"
        for link in job.state.get("broken", [])
    ]
    moment = _moment(job.finished_at)
    if broken:
        sentence = _("%(moment)s: the logs do not match their seals. Sealed rows were changed or removed.")
        return {"tone": "bad", "sentence": sentence % {"moment": moment}, "broken": broken}
    sentence = _("%(moment)s: every one of the %(links)s seals matches.")
    return {
        "tone": "good",
        "sentence": sentence % {"moment": moment, "links": job.counts.get("links", 0)},
        "broken": [],
    }


def _asked(form: FindReads) -> tuple[queries.Asked, bool]:
    """What the form asks; a form with mistakes asks for nothing and shows them."""
    if not form.is_valid():
        return queries.Asked(), False
    data = form.cleaned_data
    what = data["what"].strip()
    meant = meant_by(what, all_words()) if what else ()
    return (
        queries.Asked(
            who=data["who"].strip(),
            actions=meant,
            action_prefix=what,
            subject_type=data["subject_type"].strip(),
            subject_id=data["subject_id"],
            reference=data.get("reference", "").strip().upper(),
            district_id=data.get("district"),
            since=data["since"],
            until=data["until"],
        ),
        True,
    )


def _entry_row(entry: AuditEntry, known: dict[str, str], people: dict[int, str], places: dict[int, str]) -> list[Any]:
    about = entry.subject_reference or _subject(entry.subject_type, entry.subject_id)
    return [
        _moment(entry.at),
        _who(entry, people),
        in_words(entry.action, known),
        ", ".join(filter(None, (about, places.get(entry.district_id or 0)))),
        ". ".join(filter(None, (entry.reason.rstrip(" ."), _in_words(entry.details)))),
    ]


def _read_row(entry: ReadEntry, people: dict[int, str]) -> list[Any]:
    numbers = [str(number) for number in entry.subject_ids[:10]]
    more = f" {_('and %(n)s more') % {'n': entry.count - 10}}" if entry.count > 10 else ""
    return [
        _moment(entry.at),
        _who(entry, people),
        _page_in_words(entry.page),
        f"{entry.count} × {entry.subject_type.replace('_', ' ')}",
        ", ".join(numbers) + more,
        entry.reason,
    ]


def _page_in_words(code: str) -> str:
    """``eligibility:beneficiaries`` is "Eligibility: beneficiaries"."""
    return in_words(code.replace(":", "."), {}) if ":" in code or "." in code else code.replace("_", " ").capitalize()


def _who(entry: AuditEntry | ReadEntry, people: dict[int, str]) -> str:
    kinds = {"system": _("The system"), "public": _("Somebody not signed in"), "command": _("A command")}
    if entry.actor_id is None:
        return kinds.get(entry.actor_kind, entry.actor_kind)
    name = people.get(entry.actor_id, _("User %(n)s") % {"n": entry.actor_id})
    return f"{name} ({_('by a job')})" if entry.actor_kind == "job" else name


def _subject(kind: str, number: int | None) -> str:
    words = kind.replace("_", " ").capitalize()
    return f"{words} {number}" if number is not None else words


def _in_words(details: dict[str, Any]) -> str:
    """Details as a line, without what is empty; long values, such as digests, by their beginning."""
    told = ((name.replace("_", " "), _value_in_words(value)) for name, value in details.items())
    return "; ".join(f"{name}: {Truncator(value).chars(40)}" for name, value in told if value)


def _value_in_words(value: object) -> str:
    """Yes and no, what is listed one behind the other, and codes without their underscores."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, dict):
        return ", ".join(f"{_value_in_words(name)} {_value_in_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_value_in_words(one) for one in value)
    if isinstance(value, str) and _CODE.fullmatch(value):
        return value.replace("_", " ")
    return "" if value is None else str(value)


def _moment(at: Any) -> str:
    return str(date_format(timezone.localtime(at), "j M Y, H:i:s"))


def _log_read(request: HttpRequest, page: str, rows: Sequence[AuditEntry | ReadEntry]) -> None:
    audit.read(
        actor=actor_of_request(request),
        at=timezone.now(),
        page=page,
        subject_type="audit" if page == "audit.log" else "read_log",
        subject_ids=[row.pk for row in rows],
    )


def _tabs(current: str) -> list[dict[str, Any]]:
    pages = (("entries", _("What was done")), ("reads", _("What was read")), ("seals", _("Seals")))
    addresses = {"entries": "core:audit", "reads": "core:audit_reads", "seals": "core:audit_seals"}
    return [{"label": label, "url": reverse(addresses[name]), "current": name == current} for name, label in pages]
