"""Households as an officer may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.models import Area
from core.references import normalise
from registry.models import Household, Membership, Nominee, PaymentAccount, Submission
from registry.queries.paging import SIZE, Page, cut, whole_number


def visible(*, actor: Actor, permission: Permission = Permission.REGISTRY_VIEW) -> QuerySet[Household]:
    """All households of the areas where the actor holds the permission, in the order of their numbers."""
    return Household.objects.filter(within(actor, permission)).order_by("id")


def household(*, actor: Actor, reference: str, permission: Permission = Permission.REGISTRY_VIEW) -> Household | None:
    """One household by its reference; nothing where it does not exist or lies outside the actor's areas."""
    return (
        visible(actor=actor, permission=permission)
        .select_related("area", "district", "questionnaire", "privacy_notice", "consent_given_by", "merged_into")
        .filter(reference=normalise(reference))
        .first()
    )


def in_village(*, actor: Actor, area: Area, after: str = "", size: int = SIZE) -> Page[Household]:
    """The households of one village, by number, as far as the actor may see them. One statement."""
    found = visible(actor=actor).filter(area=area, district_id=area.district_id).select_related("area", "district")
    if (last := whole_number(after)) is not None:
        found = found.filter(pk__gt=last)
    return cut(found[: size + 1], key=lambda row: row.pk, size=size)


def heads(*, household_ids: list[int]) -> dict[int, str]:
    """The reference person's name by household. One statement."""
    rows = Membership.objects.filter(household_id__in=household_ids, is_reference=True, until_on__isnull=True)
    return {row.household_id: str(row.person) for row in rows.select_related("person").order_by("id")}


def sizes(*, household_ids: list[int]) -> dict[int, int]:
    """How many belong to each household now, linked persons included. One statement."""
    rows = Membership.objects.filter(household_id__in=household_ids, until_on__isnull=True)
    return dict(rows.order_by().values_list("household_id").annotate(n=Count("id")))


def members(*, household: Household) -> list[Membership]:
    """Who belongs to it now, in the order in which they were told. One statement."""
    rows = household.memberships.filter(until_on__isnull=True).select_related("person", "caregiver")
    return list(rows.order_by("position", "id"))


def former_members(*, household: Household) -> list[Membership]:
    """Who belonged to it once."""
    rows = household.memberships.filter(until_on__isnull=False).select_related("person")
    return list(rows.order_by("-until_on", "id"))


@dataclass(frozen=True, slots=True)
class Link:
    """Another household that a member belongs to; ``reference`` is empty where the actor may not see it."""

    person_id: int
    name: str
    counts_there: bool
    district: str
    reference: str
    place: str


def links(*, actor: Actor, household: Household, person_ids: list[int]) -> list[Link]:
    """Other households to which these persons belong. Outside the actor's areas only the district is told."""
    elsewhere = (
        Membership.objects.filter(person_id__in=person_ids, until_on__isnull=True)
        .exclude(household_id=household.pk)
        .select_related("person", "household__area", "district")
        .order_by("id")
    )
    rows = list(elsewhere)
    seen = set(
        visible(actor=actor).filter(pk__in=[row.household_id for row in rows]).values_list("id", flat=True)
        if rows
        else ()
    )
    return [
        Link(
            person_id=row.person_id,
            name=str(row.person),
            counts_there=row.counts,
            district=row.district.name,
            reference=row.household.reference if row.household_id in seen else "",
            place=row.household.area.name if row.household_id in seen else "",
        )
        for row in rows
    ]


def account(*, household: Household) -> PaymentAccount | None:
    """The account in force."""
    return household.accounts.filter(until_on__isnull=True).select_related("holder").first()


def nominee(*, household: Household) -> Nominee | None:
    """The nominee in force."""
    return household.nominees.filter(until_on__isnull=True).first()


def submissions(*, household: Household) -> list[Submission]:
    """What arrived about it, newest first."""
    rows = household.submissions.select_related("submitted_by", "decided_by", "batch")
    return list(rows.order_by("-received_at", "-id"))
