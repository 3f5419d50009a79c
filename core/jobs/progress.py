"""How far a job is, in the words and figures of its progress bar. It asks no database: the job was read before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.jobs import kinds

if TYPE_CHECKING:
    from core.models import Job


@dataclass(frozen=True, slots=True)
class Progress:
    """What ``core/jobs/_progress.html`` shows.

    ``percent`` is null while the parts are unknown (the bar then only moves); ``eta_seconds`` is null when there is
    nothing to reckon it from. ``url`` answers the fragment, ``page_url`` the whole page.
    """

    id: int
    label: str
    status: str
    parts_done: int
    parts_total: int | None
    percent: int | None
    eta_seconds: float | None
    counts: Mapping[str, object]
    error: str
    url: str
    page_url: str
    result_url: str = ""
    result_label: str = ""

    @property
    def waiting(self) -> bool:
        return self.status == "queued"

    @property
    def running(self) -> bool:
        return self.status == "running"

    @property
    def alive(self) -> bool:
        return self.status in ("queued", "running")

    @property
    def finished(self) -> bool:
        return self.status == "done"

    @property
    def cancelled(self) -> bool:
        return self.status == "cancelled"

    @property
    def failed(self) -> bool:
        return self.status == "failed"


def seconds_left(*, started_at: datetime | None, at: datetime, done: int, total: int | None) -> float | None:
    """The time that the rest takes if it goes on as so far; null before the first part."""
    if started_at is None or not total or not done:
        return None
    return max(0.0, (at - started_at).total_seconds()) / done * (total - done)


def progress_of(
    job: Job, *, at: datetime, url: str, page_url: str, result_url: str = "", result_label: str = ""
) -> Progress:
    """The progress of a job's row at a moment."""
    known = job.parts_total is not None or job.status == "done"
    return Progress(
        id=job.pk,
        label=job.label or job.kind,
        status=job.status,
        parts_done=job.parts_done,
        parts_total=job.parts_total,
        percent=job.percent if known else None,
        eta_seconds=seconds_left(started_at=job.started_at, at=at, done=job.parts_done, total=job.parts_total),
        counts=_in_order(job),
        error=job.error if job.status == "failed" else "",
        url=url,
        page_url=page_url,
        result_url=result_url,
        result_label=result_label,
    )


def _in_order(job: Job) -> dict[str, object]:
    """The counts as their kind lists them; the database keeps them in an order of its own."""
    kind = kinds.find(job.kind)
    listed = kind.counted if kind else ()
    places = {name: place for place, name in enumerate(listed)}
    return dict(sorted(job.counts.items(), key=lambda one: (places.get(one[0], len(listed)), one[0])))
