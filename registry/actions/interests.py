"""Own and relatives' households: declared by the user, and from then on decided by somebody else."""

from collections.abc import Iterable
from datetime import datetime

from core import audit, pack
from core.access.actor import Actor, NotPermitted
from core.acting import acting
from core.references import normalise
from registry.intake.identity import formats
from registry.models import DeclaredInterest, DeclaredNumber, Household


class NoSuchHousehold(Exception):
    """No household has this reference."""


class OwnInterest(Exception):
    """Nobody decides about their own household or that of a relative: another officer must."""


def declare(*, reference: str, kind: str, actor: Actor, at: datetime) -> DeclaredInterest:
    """Declare a household as the actor's own or a relative's, wherever it lives. Nobody declares for somebody else.

    It stays for good: the table takes no change and no removal, so nobody frees themselves for a decision. A repeat
    writes nothing.

    Raises:
        NotPermitted: nobody is signed in.
        NoSuchHousehold: no household has this reference.

    Source: separation of duties; public service rules on conflicts of interest.
    """
    if actor.user_id is None:
        raise NotPermitted(sentence="Only who is signed in declares an interest.")
    with acting(actor=actor, at=at):
        household = Household.objects.filter(reference=normalise(reference)).first()
        if household is None:
            raise NoSuchHousehold(NoSuchHousehold.__doc__)
        row, is_new = DeclaredInterest.objects.get_or_create(
            user_id=actor.user_id, household=household, defaults={"kind": kind, "declared_at": at}
        )
        if is_new:
            audit.record(
                "interest.declare",
                subject_type="household",
                subject_id=household.pk,
                reference=household.reference,
                district_id=household.district_id,
            )
    return row


class NotANumber(Exception):
    """This is no national ID: check it for typing errors."""


def declare_number(*, national_id: str, kind: str, actor: Actor, at: datetime) -> DeclaredNumber:
    """Declare the actor's own national ID or a relative's, before any household of theirs is registered.

    Whatever household is told of with it, by whatever door, is decided by somebody else. It stays for good. A repeat
    writes nothing.

    Raises:
        NotPermitted: nobody is signed in.
        NotANumber: it does not follow the country's form.
    """
    if actor.user_id is None:
        raise NotPermitted(sentence="Only who is signed in declares an interest.")
    form = formats(pack.about()).national_id
    number = form.normalise(national_id.strip())
    if not form.fits(number):
        raise NotANumber(NotANumber.__doc__)
    with acting(actor=actor, at=at):
        row, is_new = DeclaredNumber.objects.get_or_create(
            user_id=actor.user_id, national_id=number, defaults={"kind": kind, "declared_at": at}
        )
        if is_new:
            audit.record("interest.declare_number", subject_type="declared_number", subject_id=row.pk)
    return row


def refuse_own(*, actor: Actor, household_ids: Iterable[int]) -> None:
    """Raises: OwnInterest: one of the households is the actor's own or a relative's."""
    if actor.user_id is None:
        return
    if DeclaredInterest.objects.filter(user_id=actor.user_id, household_id__in=list(household_ids)).exists():
        raise OwnInterest(OwnInterest.__doc__)
