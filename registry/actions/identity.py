"""Disputed identity numbers."""

from datetime import datetime

from core.access.actor import Actor
from registry.models import IdentityClaim


class AlreadySettled(Exception):
    """This claim was settled the other way."""


def settle_claim(*, claim_id: int, uphold: bool, reason: str, actor: Actor, at: datetime) -> IdentityClaim:
    """Settle whose a national ID is.

    Upheld: the claimant takes the number, the holder an interim number (both keep the others as aliases). Dismissed:
    nothing moves. A repeat of the same decision by the same person writes nothing.

    Raises:
        NotPermitted: the actor may not settle identities over the claimant's and the holder's district.
        OwnSubmission: the actor brought the claim in.
        DeclaredInterestInTheWay: it concerns a household in which the actor declared an interest.
        ReasonNeeded: no reason was given.
        AlreadySettled: it was decided otherwise.
    """
    raise NotImplementedError
