"""Paper forms as an actor may see them: what became of those that were issued, by place and by holder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.models import PaperForm, PaperIssue

REVIEW = Permission.REGISTRY_REVIEW
Status = PaperForm.Status


@dataclass(frozen=True, slots=True)
class Account:
    """What became of some forms: ``issued`` is the sum of the others but ``overdue``, which are out too long."""

    name: str
    under: str
    issued: int
    stock: int
    out: int
    overdue: int
    used: int
    spoilt: int
    lost: int


def _accounts(rows: QuerySet[PaperForm], name: str, under: str, on: date) -> Iterator[Account]:
    counts = {status.value: Count("number", filter=Q(status=status)) for status in Status}
    found = (
        rows.order_by()
        .values_list(name, under)
        .annotate(n=Count("number"), **counts, late=Count("number", filter=Q(status=Status.OUT, due_on__lt=on)))
    )
    for key, above, n, stock, out, used, spoilt, lost, late in found.order_by(under, name):
        yield Account(key, above, n, stock, out, late, used, spoilt, lost)


def visible(*, actor: Actor) -> QuerySet[PaperForm]:
    """The forms that were issued for the actor's places."""
    return PaperForm.objects.filter(within(actor, REVIEW))


def by_place(*, actor: Actor, on: date) -> list[Account]:
    """One account for each place that forms were issued for. One statement."""
    return list(_accounts(visible(actor=actor), "area__name", "district__name", on))


def by_holder(*, actor: Actor, on: date) -> list[Account]:
    """One account for each person who has or had forms. One statement."""
    held = visible(actor=actor).filter(holder__isnull=False)
    return list(_accounts(held, "holder__full_name", "holder__email", on))


def of_issue(*, issue: PaperIssue, on: date) -> list[Account]:
    """One account for each holder of an issue's forms. The caller has checked who may see it."""
    return list(_accounts(PaperForm.objects.filter(issue=issue), "holder__full_name", "holder__email", on))


def issues(*, actor: Actor) -> QuerySet[PaperIssue]:
    """Issues for the actor's places, newest first."""
    return (
        PaperIssue.objects.filter(within(actor, REVIEW)).select_related("area", "district", "issued_by").order_by("-id")
    )


def issue(*, actor: Actor, uuid: UUID) -> PaperIssue | None:
    """One issue of the actor's places."""
    return issues(actor=actor).filter(uuid=uuid).first()


def overdue(*, actor: Actor, on: date) -> int:
    """How many forms of the actor's places are out too long."""
    return visible(actor=actor).filter(status=Status.OUT, due_on__lt=on).count()
