"""The review queue: what waits in an actor's areas, by what, since when, who looks at it, what is in order together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.models import User
from registry.intake import own
from registry.models import DeclaredInterest, Membership, Review, Submission, SubmissionIssue, SubmissionMember
from registry.queries.paging import SIZE, Page, cut
from registry.queries.working_days import after as working_days_after
from registry.queries.working_days import before as working_days_before

REVIEW = Permission.REGISTRY_REVIEW
#: Whatever the pack says: about these somebody looks at each one.
NEVER_HARMLESS = frozenset({"possible_duplicate", own.CODE})
#: Counted no further: a page says "more than".
COUNTED = 1000
#: So many are accepted together at most.
TOGETHER = 5000


@dataclass(frozen=True, slots=True)
class Standard:
    """What the country pack sets: working days to a decision, how long one is held, and which findings are harmless."""

    days: int
    hold: timedelta
    draft_days: int
    harmless: frozenset[str]


@lru_cache(maxsize=1)
def standard() -> Standard:
    told = pack.read_yaml(settings.COUNTRY_PACK_DIR, "review.yaml")
    return Standard(
        days=int(told["days"]),
        hold=timedelta(minutes=int(told["hold_minutes"])),
        draft_days=int(told["draft_days"]),
        harmless=frozenset(told["harmless"]) - NEVER_HARMLESS,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter over the queue; what is empty does not narrow. ``days``: waiting at least so long."""

    door: str = ""
    village: str = ""
    kind: str = ""
    days: int | None = None


def waiting(*, actor: Actor, wanted: Wanted | None = None, at: datetime | None = None) -> QuerySet[Review]:
    """What waits for review in the actor's areas, in no order."""
    wanted = wanted or Wanted()
    found = Review.objects.filter(within(actor, REVIEW))
    if wanted.door:
        found = found.filter(door=wanted.door)
    if text := wanted.village.strip():
        found = found.filter(Q(area__name__icontains=text) | Q(area__code__iexact=text))
    if wanted.kind:
        found = found.filter(kinds__contains=[wanted.kind])
    if wanted.days is not None and at is not None:
        found = found.filter(received_at__lte=at - timedelta(days=wanted.days))
    return found


def decidable(*, actor: Actor, wanted: Wanted | None = None, at: datetime) -> QuerySet[Review]:
    """Of what waits, what this actor may decide now: not sent by them, not about theirs, not held by another."""
    found = waiting(actor=actor, wanted=wanted, at=at).filter(
        Q(submitted_by_id__isnull=True) | ~Q(submitted_by_id=actor.user_id),
        Q(submission__corrects__isnull=True) | ~Q(submission__corrects__submitted_by_id=actor.user_id),
        Q(held_until__isnull=True) | Q(held_until__lte=at) | Q(held_by_id=actor.user_id),
    )
    interests = DeclaredInterest.objects.filter(user_id=actor.user_id or 0)
    told = SubmissionMember.objects.filter(submission_id=OuterRef("submission_id"))
    if interests.exists():
        home = Membership.objects.filter(until_on__isnull=True, household__in=interests.values("household"))
        found = found.exclude(Exists(told.filter(person__in=home.values("person"))))
    if numbers := own.numbers(user_id=actor.user_id or 0):
        found = found.exclude(Exists(told.filter(national_id__in=numbers)))
    return found


def count(*, actor: Actor) -> int:
    """How many wait for this actor, their own left out; at most one more than ``COUNTED``."""
    found = waiting(actor=actor).filter(Q(submitted_by_id__isnull=True) | ~Q(submitted_by_id=actor.user_id))
    return bounded(found)


def overdue(*, actor: Actor, today: date, now: datetime) -> int:
    """How many of them should have been decided by now; bounded as ``count``."""
    last = working_days_before(today, standard().days)
    late = now - timedelta(days=(today - last).days)
    found = waiting(actor=actor).filter(Q(submitted_by_id__isnull=True) | ~Q(submitted_by_id=actor.user_id))
    return bounded(found.filter(received_at__lt=late))


def bounded(found: QuerySet[Review]) -> int:
    """The number of rows, counted no further than one beyond ``COUNTED``."""
    return found.order_by()[: COUNTED + 1].count()


def due_on(received_on: date) -> date:
    """The day by which it is to be decided."""
    return working_days_after(received_on, standard().days)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission in the queue and why it waits."""

    uuid: UUID
    review: Review
    warnings: int
    duplicates: int
    head: str
    sender: str
    holder: str


def queue(
    *, actor: Actor, wanted: Wanted | None = None, at: datetime | None = None, after: str = "", size: int = SIZE
) -> Page[Waiting]:
    """The review queue, oldest first, a page at a time, as quick on the last page as on the first. Five statements."""
    found = waiting(actor=actor, wanted=wanted, at=at)
    if (place := _place(after)) is not None:
        moment, number = place
        # The first condition is for the index, the second for those of one moment.
        found = found.filter(received_at__gte=moment).exclude(received_at=moment, pk__lte=number)
    page = cut(
        found.select_related("held_by", "area", "district").order_by("received_at", "submission_id")[: size + 1],
        key=lambda row: f"{row.received_at.isoformat()}~{row.pk}",
        size=size,
    )
    numbers = [row.pk for row in page.rows]
    found_of = Counter(
        SubmissionIssue.objects.filter(submission_id__in=numbers).values_list("submission_id", "severity")
    )
    uuids = dict(Submission.objects.filter(pk__in=numbers).values_list("pk", "uuid"))
    heads = _heads(numbers)
    senders = {row.submitted_by_id for row in page.rows if row.submitted_by_id}
    named = dict(User.objects.filter(pk__in=senders).values_list("pk", "full_name"))
    rows = [
        Waiting(
            uuid=uuids[row.pk],
            review=row,
            warnings=found_of[row.pk, "warning"],
            duplicates=found_of[row.pk, "duplicate"],
            head=heads.get(row.pk, ""),
            sender=named.get(row.submitted_by_id or 0, ""),
            holder=row.held_by.full_name if row.held_by and row.held_until and at and row.held_until > at else "",
        )
        for row in page.rows
    ]
    return Page(rows, page.next_key)


def _heads(numbers: list[int]) -> dict[int, str]:
    rows = SubmissionMember.objects.filter(submission_id__in=numbers, relationship="reference").order_by("-position")
    return {row.submission_id: str(row) for row in rows}


def _place(key: str) -> tuple[datetime, int] | None:
    at, _, number = key.partition("~")
    try:
        return datetime.fromisoformat(at), int(number)
    except ValueError:
        return None


def held(*, submission: Submission, at: datetime) -> Review | None:
    """Who looks at it now, if anybody does."""
    found = Review.objects.filter(pk=submission.pk, held_until__gt=at).select_related("held_by")
    return found.first()


@dataclass(frozen=True, slots=True)
class InOrder:
    """What could be accepted together: numbers, oldest first, and their digest; ``more`` are left for the next time."""

    ids: list[int]
    digest: str
    more: bool
    kinds: Mapping[str, int]
    villages: Mapping[str, int]


def in_order(*, actor: Actor, wanted: Wanted, at: datetime) -> InOrder:
    """Those in which nothing was found but what the pack declares harmless. At most ``TOGETHER``; two statements."""
    rows = list(
        _clean(decidable(actor=actor, wanted=wanted, at=at))
        .order_by("received_at", "submission_id")
        .values_list("submission_id", "kinds", "area__name")[: TOGETHER + 1]
    )
    kept = rows[:TOGETHER]
    ids = [number for number, _kinds, _village in kept]
    return InOrder(
        ids=ids,
        digest=digest_of(ids),
        more=len(rows) > TOGETHER,
        kinds=Counter(kind for _number, kinds, _village in kept for kind in kinds),
        villages=Counter(village for _number, _kinds, village in kept),
    )


def still_in_order(*, actor: Actor, ids: Iterable[int], at: datetime) -> list[int]:
    """Which of these are still in order and this actor's to decide, by number."""
    found = _clean(decidable(actor=actor, at=at).filter(pk__in=list(ids)))
    return list(found.order_by("submission_id").values_list("submission_id", flat=True))


def _clean(found: QuerySet[Review]) -> QuerySet[Review]:
    """Those with nothing but harmless findings. What renews a household, corrects another one, or came by a phone is
    looked at alone."""
    alone = Q(submission__renews__isnull=False) | Q(submission__corrects__isnull=False) | Q(submission__door="odk")
    return found.filter(kinds__contained_by=sorted(standard().harmless)).exclude(kinds=[]).exclude(alone)


def digest_of(ids: Iterable[int]) -> str:
    """A fingerprint of what somebody saw."""
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()


def rows_of(found: InOrder, *, size: int = 10) -> list[tuple[Review, str]]:
    """The first of them with village and head, for a look before they are accepted."""
    first = found.ids[:size]
    heads = _heads(first)
    rows = {row.pk: row for row in Review.objects.filter(pk__in=first).select_related("area", "submission")}
    return [(rows[number], heads.get(number, "")) for number in first if number in rows]
