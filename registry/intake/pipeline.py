"""One pipeline for every door: stage, check, match, decide, enter. A desk registration is an import of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core import statements
from core.locks import Lock, hold
from registry.intake import carried, checking, entering, matching, own, paper, staging, staging_one
from registry.intake.numbers import array
from registry.intake.reading import Surroundings

_FOUND = """
SELECT s.id, coalesce(found.became, 'received'), s.paper_form <> ''
FROM registry_submission s LEFT JOIN LATERAL (
    SELECT CASE WHEN bool_or(severity = 'error') THEN 'refused' ELSE 'in_review' END AS became
    FROM registry_submissionissue WHERE submission_id = s.id HAVING count(*) > 0 OFFSET 0
) found ON true
WHERE s.id = ANY(%(ids)s) ORDER BY s.id
"""

# Who is held is nobody yet: the number given at the staging goes back. Who was recognised stays so.
_TAKE_BACK = """
UPDATE registry_submissionmember m SET person_id = NULL
WHERE m.submission_id = ANY(%(held)s) AND m.person_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM registry_person p WHERE p.id = m.person_id OFFSET 0)
"""

_HOLD = """
UPDATE registry_submission SET status = CASE WHEN id = ANY(%(refused)s) THEN 'refused' ELSE 'in_review' END,
    decided_at = CASE WHEN id = ANY(%(refused)s) THEN %(at)s::timestamptz END
WHERE id = ANY(%(held)s)
"""


@dataclass(frozen=True, slots=True)
class Anew:
    """A survey made anew: who says which submissions tell of registered households, and who takes them over."""

    recognise: Callable[[Sequence[int]], set[int]]
    renew: Callable[[Sequence[int]], dict[str, int]]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a part: submissions by number, and counts of what happened."""

    ids: list[int]
    counts: Mapping[str, int]


def take_in(
    *,
    arrived: Sequence[staging.Arrived],
    arrival: staging.Arrival,
    around: Surroundings,
    staged: Callable[[Sequence[int]], None] | None = None,
    anew: Anew | None = None,
) -> TakenIn:
    """Take in some households, in the caller's act: all of it happens, or nothing.

    ``staged`` is told their numbers before they are checked. The number of statements does not depend on the number
    of households.
    """
    by_itself = len(arrived) == 1 and arrived[0].rows is None
    with statements.for_few_rows(when=by_itself and anew is None):
        ids = [staging_one.stage(arrived[0], arrival)] if by_itself else staging.stage(arrived, arrival)
        if staged is not None:
            staged(ids)
        what = carried.ANYTHING
        if by_itself and anew is None:
            what = carried.of(arrived[0].told, staging.fresh(arrived[0]))
        return TakenIn(ids, decide(ids=ids, arrival=arrival, around=around, anew=anew, what=what))


def decide(
    *,
    ids: Sequence[int],
    arrival: staging.Arrival,
    around: Surroundings,
    anew: Anew | None = None,
    what: carried.Carried = carried.ANYTHING,
) -> dict[str, int]:
    """Check staged submissions and settle each: refused, in review, or accepted and entered. Returns counts.

    ``anew``: they may tell of registered households, which are then renewed and not entered.
    """
    with statements.for_few_rows(when=len(ids) == 1 and anew is None):
        return _decide(ids, arrival, around, anew, what)


def _decide(
    ids: Sequence[int],
    arrival: staging.Arrival,
    around: Surroundings,
    anew: Anew | None,
    what: carried.Carried,
) -> dict[str, int]:
    known = set[int]()
    if anew:  # before the checks: a household is no likeness of itself
        lock()
        known = anew.recognise(ids)
    checking.check(
        ids=ids,
        questionnaire=around.questionnaire,
        households=arrival.households_name,
        persons=arrival.persons_name,
    )
    lock()
    new = [number for number in ids if number not in known]
    matching.match(ids=new, persons=arrival.persons_name, links=what.fresh is None)
    own.mark(ids=ids, sent_by=arrival.submitted_by_id, persons=arrival.persons_name)
    if what.paper_form:
        paper.mark(ids=ids, households=arrival.households_name)
    with statements.cursor() as cursor:
        cursor.execute(_FOUND, {"ids": array(ids)})
        became = cursor.fetchall()
        held = [number for number, status, _ in became if status != "received"]
        if held:
            refused = [number for number, status, _ in became if status == "refused"]
            values = {"held": array(held), "refused": array(refused), "at": arrival.at}
            cursor.execute(_TAKE_BACK, values)
            cursor.execute(_HOLD, values)
    if any(on_paper for _, _, on_paper in became):
        paper.use(ids=ids)
    clean = [number for number, status, _ in became if status == "received" and number not in known]
    renewed = [number for number, status, _ in became if status == "received" and number in known]
    entered = entering.enter(ids=clean, prefix=around.formats.interim_prefix, at=arrival.at, carried=what)
    statuses = [status for _, status, _ in became]
    return {
        "accepted": len(clean),
        "in_review": statuses.count("in_review"),
        "refused": statuses.count("refused"),
        "persons_registered": 0,
        "identity_claims": 0,
        **entered,
        **(anew.renew(renewed) if anew and renewed else {}),
    }


def lock() -> None:
    """Wait until nobody else enters persons, and keep others out until the caller's transaction ends."""
    # Two doors that tell of one person at the same moment see each other.
    hold(Lock.WHO_IS_NEW)
