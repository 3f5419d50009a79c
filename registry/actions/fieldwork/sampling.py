"""Drawing interviews to be held once more, and sending people there. The same seed draws the same interviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.locks import Lock, hold
from core.models import Area
from core.queries.access import actor_of
from registry.actions.visits import DayHasPassed, NotSendable
from registry.fieldwork.terms import Terms
from registry.models import InterviewSample, Reinterview
from registry.models.reinterview import BY_INTERVIEWERS, INTERESTED, INTERVIEWER
from registry.queries import fieldwork

REGISTER, REVIEW = Permission.REGISTRY_REGISTER, Permission.REGISTRY_REVIEW


class PlaceTooWide(Exception):
    """A sample is drawn in one district or a place of it, so that its supervisors see it whole."""


class DaysImpossible(Exception):
    """The first day comes before the last, and the last is not in the future."""


class NothingToDraw(Exception):
    """Nobody interviewed here in these days, or enough interviews of everybody are drawn already."""


class NotAssigned(Exception):
    """Nobody is sent to this interview, or it is done."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How many interviews somebody was sent to, and how many were left out: their own, or of declared interest."""

    made: int
    left_out: int


# Of each interviewer's interviews, those drawn in these days before count towards what is asked for.
_DRAW = f"""
WITH told AS MATERIALIZED (
    SELECT s.id, s.uuid, {INTERVIEWER.format(row="s")} AS by_id, s.area_id, s.district_id,
        EXISTS (SELECT FROM registry_reinterview r WHERE r.submission_id = s.id) AS drawn
    FROM registry_submission s JOIN registry_household h ON h.id = s.household_id
    JOIN core_area a ON a.id = s.area_id
    WHERE s.district_id = %(district)s AND s.status = 'accepted' AND s.door IN {BY_INTERVIEWERS}
        AND s.interviewed_on BETWEEN %(from_on)s AND %(until_on)s
        AND starts_with(a.path, %(path)s) AND h.status = 'active' AND NOT h.is_protected
), ranked AS (
    SELECT t.*, count(*) OVER mine AS interviews, count(*) FILTER (WHERE drawn) OVER mine AS had,
        row_number() OVER (PARTITION BY by_id, drawn
            ORDER BY sha256(convert_to(%(seed)s || t.uuid, 'UTF8')), t.uuid) AS place
    FROM told t WHERE by_id IS NOT NULL WINDOW mine AS (PARTITION BY by_id)
)
SELECT id, by_id, area_id, interviews FROM ranked
WHERE NOT drawn AND place <= greatest(%(at_least)s, ceil(interviews * %(share)s / 100.0)) - had
ORDER BY by_id, id
"""

_FOUND = """
INSERT INTO registry_interviewerfinding (sample_id, interviewer_id, area_id, district_id, interviews)
SELECT %(sample)s, told.by_id, %(area)s, %(district)s, told.interviews
FROM unnest(%(interviewers)s::bigint[], %(numbers)s::int[]) AS told(by_id, interviews) ORDER BY told.by_id
"""

_REPEAT = f"""
INSERT INTO registry_reinterview (finding_id, submission_id, area_id, district_id, first_by_id, answers)
SELECT f.id, s.id, s.area_id, s.district_id, f.interviewer_id, '{{}}'
FROM registry_submission s
JOIN registry_interviewerfinding f ON f.sample_id = %(sample)s AND f.interviewer_id = {INTERVIEWER.format(row="s")}
WHERE s.id = ANY(%(ids)s) ORDER BY s.id
"""


def draw(
    *, area_id: int, from_on: date, until_on: date, terms: Terms, seed: str, actor: Actor, at: datetime
) -> InterviewSample:
    """Draw interviews of a place and of some days to be held once more: a share of each interviewer's, and a minimum.

    Interviews drawn before count, so a second draw adds only what is missing. Protected and closed households are left
    out. Who interviewed is told by ``INTERVIEWER``. One draw at a time in a district.

    Raises:
        NotPermitted: the actor does not review at this place, or is no person.
        PlaceTooWide, DaysImpossible, NothingToDraw: as they say.
    """
    area = Area.objects.get(pk=area_id)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person draws a sample, not the system.")
    actor.require_in(REVIEW, area_path=area.path)
    if area.district_id is None:
        raise PlaceTooWide(PlaceTooWide.__doc__)
    if not from_on <= until_on <= timezone.localdate(at):
        raise DaysImpossible(DaysImpossible.__doc__)
    with acting(actor=actor, at=at):
        hold(Lock.SAMPLE, area.district_id)
        drawn = _drawn(area, from_on, until_on, terms, seed)
        if not drawn:
            raise NothingToDraw(NothingToDraw.__doc__)
        numbers = {by: interviews for _, by, _, interviews in drawn}
        sample = InterviewSample.objects.create(
            area=area,
            district_id=area.district_id,
            from_on=from_on,
            until_on=until_on,
            seed=seed,
            terms=terms.kept,
            counts={"interviewers": len(numbers), "interviews": sum(numbers.values()), "drawn": len(drawn)},
            drawn_by_id=actor.user_id,
            drawn_at=at,
        )
        values: dict[str, Any] = {
            "sample": sample.pk,
            "area": area.pk,
            "district": area.district_id,
            "interviewers": list(numbers),
            "numbers": list(numbers.values()),
            "ids": [row[0] for row in drawn],
        }
        with connection.cursor() as cursor:
            cursor.execute(_FOUND, values)
            cursor.execute(_REPEAT, values)
        audit.record(
            "interview_sample.draw",
            subject_type="interview_sample",
            subject_id=sample.pk,
            district_id=area.district_id,
            details={"area": area.code, "from": from_on, "until": until_on, "seed": seed, **sample.counts},
        )
    return sample


def _drawn(area: Area, from_on: date, until_on: date, terms: Terms, seed: str) -> list[tuple[int, int, int, int]]:
    """Submission, interviewer, place and the interviewer's interviews, of each interview drawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DRAW,
            {
                "district": area.district_id,
                "path": area.path,
                "from_on": from_on,
                "until_on": until_on,
                "seed": seed,
                "at_least": terms.at_least,
                "share": terms.share_percent,
            },
        )
        return cursor.fetchall()


# Rows are locked in the order of their numbers. Who interviewed first, sent it, or declared an interest, is never sent.
_ASSIGN = f"""
WITH wanted AS MATERIALIZED (
    SELECT r.id FROM registry_reinterview r
    WHERE r.id = ANY(%(ids)s) AND r.status = 'drawn' ORDER BY r.id FOR NO KEY UPDATE
)
UPDATE registry_reinterview r SET status = 'assigned', assigned_to_id = %(to)s, assigned_by_id = %(by)s,
    do_by = %(do_by)s
FROM wanted w, registry_submission s WHERE r.id = w.id AND s.id = r.submission_id AND r.first_by_id <> %(to)s
    AND s.submitted_by_id IS DISTINCT FROM %(to)s
    AND NOT ({INTERESTED.format(user="%(to)s", submission="r.submission_id")})
"""


def assign(*, sample_id: int, ids: Sequence[int] | None, to_id: int, do_by: date, actor: Actor, at: datetime) -> Sent:
    """Send somebody to interviews of a sample that nobody goes to: those named, or (``None``) all. Set-based.

    Left out are those that they held or sent themselves, and those of who they declared an interest in.
    A repeat sends nobody.

    Raises:
        NotPermitted: the actor does not review at the sample's place.
        NotSendable: who is sent does not register households there.
        DayHasPassed: ``do_by`` lies in the past.
    """
    sample = InterviewSample.objects.select_related("area").get(pk=sample_id)
    _require_reviews(actor, sample.area)
    if do_by < timezone.localdate(at):
        raise DayHasPassed("The day by which it is to be done cannot lie in the past.")
    if not actor_of(user_id=to_id, on=timezone.localdate(at)).may_in(REGISTER, area_path=sample.area.path):
        raise NotSendable(NotSendable.__doc__)
    with acting(actor=actor, at=at):
        waiting = fieldwork.to_assign(sample_id=sample.pk)
        wanted = list(waiting if ids is None else waiting.filter(pk__in=list(ids)))
        numbers = [row.pk for row in wanted]
        with connection.cursor() as cursor:
            cursor.execute(_ASSIGN, {"ids": numbers, "to": to_id, "by": actor.user_id, "do_by": do_by})
            made = cursor.rowcount
        if made:
            audit.record(
                "reinterview.assign",
                subject_type="interview_sample",
                subject_id=sample.pk,
                district_id=sample.district_id,
                details={"interviews": made, "to": to_id, "do_by": do_by},
            )
    return Sent(made, len(numbers) - made)


def take_back(*, reinterview_id: int, reason: str, actor: Actor, at: datetime) -> Reinterview:
    """Take an interview back from who was to hold it, so that somebody else can. A repeat writes nothing.

    Raises:
        NotPermitted: the actor does not review at its place.
        NotAssigned: it is done.
    """
    with acting(actor=actor, at=at, reason=reason):
        row = Reinterview.objects.select_for_update(of=("self",)).select_related("area").get(pk=reinterview_id)
        _require_reviews(actor, row.area)
        if row.status == Reinterview.Status.DRAWN:
            return row
        if row.status != Reinterview.Status.ASSIGNED:
            raise NotAssigned(NotAssigned.__doc__)
        was = row.assigned_to_id
        row.status, row.assigned_to, row.assigned_by, row.do_by = Reinterview.Status.DRAWN, None, None, None
        row.save(update_fields=["status", "assigned_to", "assigned_by", "do_by"])
        audit.record(
            "reinterview.take_back",
            subject_type="reinterview",
            subject_id=row.pk,
            district_id=row.district_id,
            details={"from": was},
        )
    return row


def _require_reviews(actor: Actor, area: Area) -> None:
    if actor.user_id is None:
        raise NotPermitted(sentence="A person plans second interviews, not the system.")
    actor.require_in(REVIEW, area_path=area.path)
