"""Disputed identity numbers."""

from datetime import datetime

from django.db import connection
from django.db.models import F

from core import audit, pack
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.models import Area
from registry.actions import versions
from registry.actions.reviews import OwnSubmission, ReasonNeeded, require_no_interest
from registry.models import IdentityClaim, Person, PersonIdentifier

FORMER = "former_national_id"


class AlreadySettled(Exception):
    """This claim was settled the other way, or by somebody else."""


def settle_claim(*, claim_id: int, uphold: bool, reason: str, actor: Actor, at: datetime) -> IdentityClaim:
    """Settle whose a national ID is.

    Upheld: the claimant takes the number; the holder gets an interim number and keeps the former one as an alias, and
    whoever else claims the number now claims it from the claimant. Dismissed: nothing moves. Locks the claim and the
    persons. A repeat of the same decision by the same person writes nothing.

    Raises:
        NotPermitted: the actor may not settle identities over the claimant's district (and, to uphold, the holder's).
        OwnSubmission: the actor brought the claim in.
        DeclaredInterestInTheWay: it concerns a household in which the actor declared an interest.
        ReasonNeeded: no reason was given.
        AlreadySettled: it was decided otherwise.
    """
    wanted = IdentityClaim.Status.UPHELD if uphold else IdentityClaim.Status.DISMISSED
    with acting(actor=actor, at=at, reason=reason):
        claim = IdentityClaim.objects.select_for_update(of=("self",)).get(pk=claim_id)
        if actor.user_id is None:
            raise NotPermitted(sentence="A person has to decide this, not the system.")
        people = {
            person.pk: person
            for person in Person.objects.select_for_update(of=("self",))
            .filter(pk__in=[claim.claimant_id, claim.holder_id])
            .order_by("pk")
        }
        claimant, holder = people[claim.claimant_id], people[claim.holder_id]
        _require_scope(actor, {claimant.district_id, holder.district_id} if uphold else {claimant.district_id})
        if claim.opened_by_id == actor.user_id:
            raise OwnSubmission("Somebody other than who submitted it has to decide.")
        if not reason.strip():
            raise ReasonNeeded("A decision needs a reason.")
        if claim.status == wanted and claim.decided_by_id == actor.user_id:
            return claim
        if claim.status != IdentityClaim.Status.OPEN:
            raise AlreadySettled("This claim has been settled.")
        require_no_interest(actor=actor, person_ids=people)
        if uphold:
            _hand_over(claim, claimant, holder)
            versions.raise_of(person_ids=people)
        claim.status, claim.decided_by_id, claim.decided_at, claim.reason = wanted, actor.user_id, at, reason
        claim.save(update_fields=["status", "decided_by_id", "decided_at", "reason"])
        audit.record(
            "identity.settle",
            subject_type="identity_claim",
            subject_id=claim.pk,
            district_id=claim.district_id,
            details={"claimant": claimant.reference, "holder": holder.reference, "status": claim.status},
            digest=audit.digest_of(
                subject_type="person", subject_id=claimant.pk, values={"national_id": claim.national_id}
            ),
        )
    return claim


def _require_scope(actor: Actor, districts: set[int]) -> None:
    for path in Area.objects.filter(pk__in=districts).order_by("pk").values_list("path", flat=True):
        actor.require_in(Permission.REGISTRY_SETTLE_IDENTITY, area_path=path)


def _hand_over(claim: IdentityClaim, claimant: Person, holder: Person) -> None:
    """The number leaves its holder before the claimant takes it: one person holds it at a time."""
    if holder.national_id == claim.national_id:
        PersonIdentifier.objects.get_or_create(person=holder, kind=FORMER, number=claim.national_id)
        number = holder.interim_number or _interim_number()
        Person.objects.filter(pk=holder.pk).update(
            national_id=None, interim_number=number, row_version=F("row_version") + 1
        )
    Person.objects.filter(pk=claimant.pk).update(national_id=claim.national_id, row_version=F("row_version") + 1)
    IdentityClaim.objects.filter(national_id=claim.national_id, status=IdentityClaim.Status.OPEN).exclude(
        pk=claim.pk
    ).exclude(claimant=claimant).update(holder=claimant)


def _interim_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_interim(%s)", [pack.about()["national_id"]["interim_prefix"]])
        return str(cursor.fetchone()[0])
