"""Deciding a case, and closing it."""

from datetime import datetime

from core import audit
from core.access.actor import Actor
from core.acting import acting
from grievances.actions import moving, remedies
from grievances.models import Case, CaseEvent
from grievances.queries import matching


class NotYourCase(Exception):
    """Take the case up first: only the officer who works on it decides it."""


class ContestedOfficer(Exception):
    """What the complainant contests was your own act, so somebody else has to decide."""


class UnknownChoice(Exception):
    """Choose an outcome and a remedy from the lists."""


def decide(
    *, case_id: int, outcome: str, reasons: str, remedy: str, actor: Actor, at: datetime, tell: str = ""
) -> Case:
    """Decide a case with reasons, which the complainant reads. A repeat of the same decision writes nothing.

    ``remedy`` acts where a lower package has the act (see ``remedies``), and is a recommendation otherwise. The time
    for an appeal begins. ``tell`` adds a word to the complainant.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        IllegalMove: nobody works on it.
        NotYourCase: somebody else does.
        ContestedOfficer: the actor prepared, published, validated or enrolled what is contested.
        NothingToRemedy, CannotBeRemedied: the remedy does not fit, or eligibility refuses it.
        UnknownChoice, TextMissing, TextTooLong.
    """
    reasons = moving.cleaned(reasons)
    if outcome not in Case.Outcome.values or remedy not in Case.Remedy.values:
        raise UnknownChoice(UnknownChoice.__doc__)
    with acting(actor=actor, at=at, reason=f"Case decided: {Case.Outcome(outcome).label}"):
        case = moving.locked(case_id=case_id, actor=actor)
        same = (case.outcome, case.reasons, case.remedy) == (outcome, reasons, remedy)
        if case.status == Case.Status.DECIDED and case.decided_by_id == actor.user_id and same:
            return case
        if case.status != Case.Status.IN_PROGRESS:
            raise moving.IllegalMove("Only a case that somebody works on can be decided.")
        if case.assigned_to_id != actor.user_id:
            raise NotYourCase(NotYourCase.__doc__)
        _refuse_contested(case, actor)
        done = remedies.carry_out(case=case, remedy=remedy, outcome=outcome, actor=actor, at=at)
        case.status = Case.Status.DECIDED
        case.outcome, case.reasons, case.remedy = outcome, reasons, remedy
        case.remedy_state, case.remedy_reference = done.state, done.reference
        case.decided_by_id, case.decided_at = actor.user_id, at
        case.appeal_by = moving.due(case.standard, at=at, days=case.standard.appeal_days)
        case.due_on = None
        case.save()
        moving.say(case, CaseEvent.Kind.DECIDED, text=f"{case.get_outcome_display()}. {reasons}")
        if tell.strip():
            moving.say(case, CaseEvent.Kind.MESSAGE, text=moving.cleaned(tell))
        if done.state:
            moving.say(case, CaseEvent.Kind.REMEDY, text=done.sentence, public=False)
        audit.record(
            "case.decide",
            subject_type="case",
            subject_id=case.pk,
            reference=case.reference,
            district_id=case.district_id,
            details={"outcome": outcome, "remedy": remedy, "remedy_state": done.state, "on_appeal": case.appeals},
            digest=audit.digest_of(subject_type="case", subject_id=case.pk, values={"reasons": reasons}),
        )
    return case


def close(*, case_id: int, actor: Actor, at: datetime) -> Case:
    """Close a decided case: nothing more is to be done. An appeal in time opens it again. A repeat writes nothing.

    Raises:
        NotPermitted, CaseNotFound, InterestInTheWay: as for every act on a case.
        IllegalMove: it is not decided.
    """
    with acting(actor=actor, at=at):
        case = moving.locked(case_id=case_id, actor=actor)
        if case.status == Case.Status.CLOSED:
            return case
        if case.status != Case.Status.DECIDED:
            raise moving.IllegalMove("Only a decided case can be closed.")
        case.status = Case.Status.CLOSED
        case.save(update_fields=["status"])
        moving.say(case, CaseEvent.Kind.CLOSED)
        audit.record(
            "case.close",
            subject_type="case",
            subject_id=case.pk,
            reference=case.reference,
            district_id=case.district_id,
        )
    return case


def _refuse_contested(case: Case, actor: Actor) -> None:
    contested = matching.contested_officers(
        household_id=case.household_id, run_id=case.run_id, programme_code=case.programme_code
    )
    if actor.user_id in contested:
        raise ContestedOfficer(ContestedOfficer.__doc__)
