"""Entering a second interview, comparing it with the first, and what follows for who held the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from registry.actions.changes.requesting import require_no_interest_in
from registry.actions.reviews import DeclaredInterestInTheWay, ReasonNeeded
from registry.actions.visits import DayImpossible
from registry.fieldwork import comparing
from registry.fieldwork.members import Member, compare, counted, of_kept
from registry.fieldwork.terms import compared_of, members_of
from registry.models import (
    DeclaredNumber,
    InterviewComparison,
    InterviewerFinding,
    Reinterview,
    SubmissionMember,
)
from registry.queries import fieldwork

REVIEW = Permission.REGISTRY_REVIEW
Outcome, Status = Reinterview.Outcome, Reinterview.Status
Finding = InterviewerFinding.Status


class NotYours(Exception):
    """Only who was sent enters the second interview."""


class AlreadyDone(Exception):
    """This second interview was entered, or taken back from you."""


class UnknownFact(Exception):
    """The second interview answers something that the sample does not compare."""


class NobodyNamed(Exception):
    """Name at least one person who lives there."""


class NotToDecide(Exception):
    """This does not wait for that any more."""


class OwnWork(Exception):
    """Nobody decides about their own interviews, and who said what differences mean does not confirm it."""


def enter(
    *,
    reinterview_id: int,
    outcome: str,
    held_on: date,
    answers: Mapping[str, Any],
    remark: str,
    members: Sequence[Member] = (),
    actor: Actor,
    at: datetime,
) -> Reinterview:
    """Keep what a household answered the second time, and compare it with the first. The same again writes nothing.

    ``answers`` are read values under the codes of the sample's terms; ``members`` are who was named, where the terms
    compare members, and are counted. Locks the interview, then its finding, which is
    judged when the last is done, or at once where a household denies the first interview.

    Raises:
        NotYours: somebody else was sent.
        AlreadyDone: it was entered, or taken back.
        DeclaredInterestInTheWay: the actor declared an interest in the household, or the number of somebody in it.
        DayImpossible: the day lies in the future, or before the first interview.
        ReasonNeeded: the household did not answer, and nothing is said of how.
        UnknownFact: an answer that is not compared.
        NobodyNamed: the household answered, and nobody of it was named.
    """
    answered = outcome == Outcome.ANSWERED
    answers = dict(answers) if answered else {}
    with acting(actor=actor, at=at, reason=remark):
        row = _locked(reinterview_id)
        if actor.user_id is None or actor.user_id not in (row.assigned_to_id, row.held_by_id):
            raise NotYours(NotYours.__doc__)
        asks_members = answered and bool(members_of(row.finding.sample.terms))
        named = [one.kept() for one in members] if asks_members else []
        if asks_members and row.submission.interviewed_on:
            wanted = {one.code for one in compared_of(row.finding.sample.terms)}
            told_of = counted(members, on=row.submission.interviewed_on)
            answers |= {code: number for code, number in told_of.items() if code in wanted}
        told = (row.outcome, row.held_on, row.answers, row.members, row.remark)
        if row.status == Status.DONE and told == (outcome, held_on, answers, named, remark):
            return row
        if row.status != Status.ASSIGNED:
            raise AlreadyDone(AlreadyDone.__doc__)
        if asks_members and not named:
            raise NobodyNamed(NobodyNamed.__doc__)
        _check(row, outcome, held_on, answers, remark, actor, timezone.localdate(at))
        row.status, row.outcome, row.held_on = Status.DONE, Outcome(outcome), held_on
        row.answers, row.members, row.remark, row.held_by_id = answers, named, remark, actor.user_id
        row.save(update_fields=["status", "outcome", "held_on", "answers", "members", "remark", "held_by"])
        found = _compare(row) if outcome == Outcome.ANSWERED else ()
        audit.record(
            "reinterview.enter",
            subject_type="reinterview",
            subject_id=row.pk,
            district_id=row.district_id,
            details={"outcome": outcome, "compared": len(found), "agree": sum(one.agrees for one in found)},
            digest=audit.digest_of(subject_type="reinterview", subject_id=row.pk, values=answers | {"members": named}),
        )
        _judge(row.finding_id)
    return row


def _check(
    row: Reinterview, outcome: str, held_on: date, answers: dict[str, Any], remark: str, actor: Actor, today: date
) -> None:
    household_id = row.submission.household_id
    require_no_interest_in(actor=actor, household_ids=[household_id] if household_id else [])
    declared = DeclaredNumber.objects.filter(user_id=actor.user_id or 0).values("national_id")
    if SubmissionMember.objects.filter(submission_id=row.submission_id, national_id__in=declared).exists():
        raise DeclaredInterestInTheWay(
            "You have declared an interest in somebody of this household, so others go there."
        )
    first = row.submission.interviewed_on
    if held_on > today or (first is not None and held_on < first):
        raise DayImpossible("A second interview is held on the day of the first or later, and not in the future.")
    if outcome != Outcome.ANSWERED and not remark.strip():
        raise ReasonNeeded("Say in a few words what was found.")
    if set(answers) - {one.code for one in compared_of(row.finding.sample.terms)}:
        raise UnknownFact(UnknownFact.__doc__)


def _compare(row: Reinterview) -> tuple[comparing.Comparison, ...]:
    terms = row.finding.sample.terms
    before = fieldwork.first_members(submission=row.submission)
    first = fieldwork.first_answers(submission=row.submission, members=before)
    found = comparing.compare(first, row.answers, compared=compared_of(terms))
    if of_members := members_of(terms):
        found += tuple(compare(before, of_kept(row.members), compared=of_members))
    InterviewComparison.objects.bulk_create(
        InterviewComparison(
            reinterview=row, code=one.code, agrees=one.agrees, deviation=one.deviation, member=one.member
        )
        for one in found
    )
    return found


def _judge(finding_id: int) -> None:
    """Move a finding on when there is enough to judge it. Locks it."""
    finding = InterviewerFinding.objects.select_for_update(of=("self",)).select_related("sample").get(pk=finding_id)
    if finding.status != Finding.OPEN:
        return
    (tally,) = fieldwork.tallies(finding_ids=[finding.pk]).values()
    if tally.open and not tally.not_so:
        return
    beyond = comparing.beyond(
        asked=tally.compared,
        agreed=tally.agree,
        agree_percent=Decimal(finding.sample.terms["agree_percent"]),
        not_so=tally.not_so,
    )
    finding.status = Finding.BEYOND if beyond else Finding.WITHIN
    finding.save(update_fields=["status"])
    _record("finding.judge", finding, compared=tally.compared, agree=tally.agree, denied=tally.not_so)


def look(*, finding_id: int, verdict: str, note: str, actor: Actor, at: datetime) -> InterviewerFinding:
    """Say what too many differences mean; a second person confirms it. A repeat by the same person writes nothing.

    Raises:
        NotPermitted: the actor does not review at its place.
        OwnWork: they are the actor's own interviews.
        ReasonNeeded: nothing is said.
        NotToDecide: it is not beyond the bound, or somebody has said already.
    """
    with acting(actor=actor, at=at, reason=note):
        finding = _for_decision(finding_id, actor, note)
        if finding.status == Finding.LOOKED and (finding.looked_by_id, finding.verdict, finding.note) == (
            actor.user_id,
            verdict,
            note,
        ):
            return finding
        _require(finding, Finding.BEYOND)
        finding.status, finding.verdict = Finding.LOOKED, InterviewerFinding.Verdict(verdict)
        finding.note, finding.looked_by_id, finding.reason = note, actor.user_id, ""
        finding.save(update_fields=["status", "verdict", "note", "looked_by", "reason"])
        _record("finding.look", finding)
    return finding


def settle(*, finding_id: int, reason: str, actor: Actor, at: datetime) -> InterviewerFinding:
    """Confirm what another supervisor said. A repeat by the same person writes nothing. Raises as ``send_back``."""
    with acting(actor=actor, at=at, reason=reason):
        finding = _for_decision(finding_id, actor, reason)
        if finding.status == Finding.SETTLED and finding.settled_by_id == actor.user_id:
            return finding
        _require_second(finding, actor)
        finding.status, finding.settled_by_id, finding.settled_at = Finding.SETTLED, actor.user_id, at
        finding.reason = reason
        finding.save(update_fields=["status", "settled_by", "settled_at", "reason"])
        _record("finding.settle", finding)
    return finding


def send_back(*, finding_id: int, reason: str, actor: Actor, at: datetime) -> InterviewerFinding:
    """Ask for another look; the verdict that was sent back stays in the audit log.

    Raises:
        NotPermitted: the actor does not review at its place.
        OwnWork: they are the actor's own interviews, or the actor said what is to be confirmed.
        ReasonNeeded: no reason was given.
        NotToDecide: nothing waits to be confirmed.
    """
    with acting(actor=actor, at=at, reason=reason):
        finding = _for_decision(finding_id, actor, reason)
        if finding.status == Finding.BEYOND and finding.reason == reason:
            return finding
        _require_second(finding, actor)
        _record("finding.send_back", finding)
        finding.status, finding.verdict, finding.note, finding.looked_by = Finding.BEYOND, "", "", None
        finding.reason = reason
        finding.save(update_fields=["status", "verdict", "note", "looked_by", "reason"])
    return finding


def _locked(reinterview_id: int) -> Reinterview:
    found = Reinterview.objects.select_for_update(of=("self",))
    return found.select_related("submission", "finding__sample", "area").get(pk=reinterview_id)


def _for_decision(finding_id: int, actor: Actor, reason: str) -> InterviewerFinding:
    found = InterviewerFinding.objects.select_for_update(of=("self",)).select_related("area", "interviewer")
    finding = found.get(pk=finding_id)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to decide this, not the system.")
    actor.require_in(REVIEW, area_path=finding.area.path)
    if finding.interviewer_id == actor.user_id:
        raise OwnWork(OwnWork.__doc__)
    if not reason.strip():
        raise ReasonNeeded("Say in a few words why.")
    return finding


def _require(finding: InterviewerFinding, status: str) -> None:
    if finding.status != status:
        raise NotToDecide(NotToDecide.__doc__)


def _require_second(finding: InterviewerFinding, actor: Actor) -> None:
    _require(finding, Finding.LOOKED)
    if finding.looked_by_id == actor.user_id:
        raise OwnWork(OwnWork.__doc__)


def _record(action: str, finding: InterviewerFinding, **more: int) -> None:
    audit.record(
        action,
        subject_type="interviewer_finding",
        subject_id=finding.pk,
        district_id=finding.district_id,
        details={"sample": finding.sample_id, "interviewer": finding.interviewer_id, "status": finding.status,
                 "verdict": finding.verdict, **more},
    )  # fmt: skip
