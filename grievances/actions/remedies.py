"""Remedies: what follows from a decision, carried out by the package whose step was wrong.

Where no lower package has the act yet, the remedy is a recommendation, and the case says so.
"""

from dataclasses import dataclass
from datetime import datetime

from core.access.actor import Actor
from grievances.models import Case


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a remedy: its state, the reference of what it made, a sentence for the timeline."""

    state: str = ""
    reference: str = ""
    sentence: str = ""


class NothingToRemedy(Exception):
    """A complaint that was not upheld has no remedy."""


def carry_out(*, case: Case, remedy: str, outcome: str, actor: Actor, at: datetime) -> Done:
    """Do what was decided, in the transaction of the decision.

    Raises:
        NothingToRemedy: the complaint was not upheld.
    """
    if remedy == Case.Remedy.NONE:
        return Done()
    if outcome == Case.Outcome.NOT_UPHELD and remedy != Case.Remedy.REFER:
        raise NothingToRemedy(NothingToRemedy.__doc__)
    return Done(
        state=Case.RemedyState.RECOMMENDED,
        sentence=f"{Case.Remedy(remedy).label}: recommended to those in charge.",
    )
