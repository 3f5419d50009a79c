"""Accepting together what is in order but for findings that the country pack declares harmless."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from core import audit, pack
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.jobs.kinds import JobKind
from core.jobs.queue import enqueue
from core.models import Job
from registry.actions.reviews import ReasonNeeded
from registry.intake import entering, pipeline
from registry.models import Submission
from registry.queries import reviews

KIND = "registry.accept_together"
#: Up to so many are accepted while somebody waits for the page; more are a job.
AT_ONCE = 25
_PART = 250


class ListChanged(Exception):
    """What waits has changed since you looked: look at it again."""


class NothingInOrder(Exception):
    """Nothing that waits here can be accepted without a look at each."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many were accepted at once, or the job that does it."""

    accepted: int = 0
    job: Job | None = None


def accept_together(
    *, wanted: reviews.Wanted, seen_digest: str, reason: str, actor: Actor, at: datetime, send: bool = True
) -> Accepted:
    """Accept what is in order of what the filter shows: a few at once, many by a job.

    ``seen_digest`` is of the list that the reviewer saw. Whatever stops being in order before its turn is left to
    wait. Each transaction writes one row of the audit log, with its count and digest.

    Raises:
        NotPermitted: the actor reviews nothing.
        ReasonNeeded: no reason was given.
        ListChanged: the list is not the one that was seen.
        NothingInOrder: it is empty.
    """
    actor.require(Permission.REGISTRY_REVIEW)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to decide this, not the system.")
    if not reason.strip():
        raise ReasonNeeded("A decision needs a reason.")
    found = reviews.in_order(actor=actor, wanted=wanted, at=at)
    if found.digest != seen_digest:
        raise ListChanged(ListChanged.__doc__)
    if not found.ids:
        raise NothingInOrder(NothingInOrder.__doc__)
    if len(found.ids) <= AT_ONCE:
        with acting(actor=actor, at=at, reason=reason):
            counts = _accept(found.ids, actor=actor, at=at, reason=reason)
            _link(found.ids)
        return Accepted(accepted=counts["accepted"])
    job = enqueue(
        kind=KIND,
        identity=f"{KIND}:{actor.user_id}:{found.digest}",
        label="Accept registrations that are in order",
        actor=actor,
        at=at,
        reason=reason,
        parameters={"ids": found.ids},
        send=send,
    )
    return Accepted(job=job)


class AcceptTogether(JobKind):
    """Accepts a list of submissions, some hundred in a transaction; who is no longer in order is left to wait."""

    name = KIND
    seen_with = Permission.REGISTRY_REVIEW

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        return ceil(len(job.parameters["ids"]) / _PART)

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        ids = job.parameters["ids"][part * _PART : (part + 1) * _PART]
        return _accept(ids, actor=actor, at=at, reason=job.reason)

    def finish(self, *, job: Job, actor: Actor, at: datetime) -> None:
        pipeline.lock()
        _link(job.parameters["ids"])


def _accept(ids: Sequence[int], *, actor: Actor, at: datetime, reason: str) -> dict[str, int]:
    """Enter those of ``ids`` that are still in order, in the caller's act."""
    pipeline.lock()
    waiting = Submission.objects.select_for_update(of=("self",)).filter(pk__in=ids, status="in_review")
    locked = list(waiting.order_by("pk").values_list("pk", flat=True))
    kept = reviews.still_in_order(actor=actor, ids=locked, at=at)
    counts: dict[str, Any] = {"accepted": len(kept), "left": len(ids) - len(kept)}
    if not kept:
        return counts
    prefix = pack.about()["national_id"]["interim_prefix"]
    counts |= entering.enter(ids=kept, prefix=prefix, at=at, decided_by=actor.user_id, reason=reason)
    uuids = Submission.objects.filter(pk__in=kept).order_by("pk").values_list("uuid", flat=True)
    audit.record(
        "submission.accept_together",
        subject_type="submission",
        subject_id=kept[0],
        details={**counts, "first": kept[0], "last": kept[-1], "harmless": sorted(reviews.standard().harmless)},
        digest=hashlib.sha256("\n".join(map(str, uuids)).encode()).digest(),
    )
    return counts


def _link(ids: Sequence[int]) -> None:
    """Place linked persons of imports whose own rows are in the register by now, under the pipeline's lock."""
    batches = Submission.objects.filter(pk__in=ids, status="accepted", batch__isnull=False)
    for batch_id in sorted(set(batches.values_list("batch_id", flat=True))):
        entering.link(batch_id=batch_id)
