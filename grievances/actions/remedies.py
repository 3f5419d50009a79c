"""Remedies: what follows from a decision, carried out by the package whose step was wrong.

Where no lower package has the act yet, the remedy is a recommendation, and the case says so.
"""

from dataclasses import dataclass
from datetime import datetime

from core.access.actor import Actor
from eligibility.actions.enrolments import OwnInterest
from eligibility.actions.on_appeal import CannotBeProposed, propose_on_appeal
from grievances.models import Case


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a remedy: its state, the reference of what it made, a sentence for the timeline."""

    state: str = ""
    reference: str = ""
    sentence: str = ""


class NothingToRemedy(Exception):
    """A complaint that was not upheld has no remedy."""


class CannotBeRemedied(Exception):
    """What was decided cannot be carried out."""


def carry_out(*, case: Case, remedy: str, outcome: str, actor: Actor, at: datetime) -> Done:
    """Do what was decided, in the transaction of the decision.

    Acts: ``propose`` puts the confirmed household on the programme's list as a proposal, which others validate and
    enrol. Recommendations: everything else.

    Raises:
        NothingToRemedy: the complaint was not upheld.
        CannotBeRemedied: there is no confirmed household or programme, or eligibility refuses.
    """
    if remedy == Case.Remedy.NONE:
        return Done()
    if outcome == Case.Outcome.NOT_UPHELD and remedy != Case.Remedy.REFER:
        raise NothingToRemedy(NothingToRemedy.__doc__)
    if remedy == Case.Remedy.PROPOSE:
        return _propose(case, actor, at)
    return Done(
        state=Case.RemedyState.RECOMMENDED,
        sentence=f"{Case.Remedy(remedy).label}: recommended to those in charge.",
    )


def _propose(case: Case, actor: Actor, at: datetime) -> Done:
    programme_code = case.run.programme.code if case.run else case.programme_code
    if not case.household_id or not case.household_confirmed or not programme_code:
        raise CannotBeRemedied("Confirm the household first; the case must also say which programme it is about.")
    try:
        enrolment = propose_on_appeal(
            programme_code=programme_code,
            household_id=case.household_id,
            person_id=case.person_id,
            reason=f"Appeal upheld: {case.reference}",
            actor=actor,
            at=at,
        )
    except (CannotBeProposed, OwnInterest) as error:
        raise CannotBeRemedied(str(error)) from error
    return Done(
        state=Case.RemedyState.DONE,
        reference=enrolment.reference,
        sentence=f"{enrolment.reference} stands on the list: {enrolment.get_status_display().lower()}.",
    )
