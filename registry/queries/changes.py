"""Change requests as an actor may see them, and the household that a change finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from core import pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.models import Area
from core.references import normalise
from registry.changes import KINDS, Details, Member, State
from registry.changes.state import Asked, Village, Write
from registry.intake.identity import formats
from registry.intake.known import values_of
from registry.models import (
    ChangeRequest,
    Consent,
    Household,
    Membership,
    PaymentAccount,
    Person,
    QuestionnaireVersion,
    SafePlace,
)
from registry.queries import carrying, notices, questionnaires, working_days
from registry.queries.notices import Words
from registry.queries.paging import SIZE, Page, a_day, cut, whole_number

DECIDE = Permission.REGISTRY_DECIDE_CHANGE


@dataclass(frozen=True, slots=True)
class Standard:
    """What the country pack sets for a kind: days for a decision, and whether a second person is asked for."""

    days: int
    second_person: bool


@lru_cache(maxsize=1)
def _standards() -> Mapping[str, Any]:
    return dict(pack.read_yaml(settings.COUNTRY_PACK_DIR, "changes.yaml"))


def standard(kind: str) -> Standard:
    """The service standard of a kind. A second person is never waived by the pack."""
    told = _standards()
    own = (told.get("kinds") or {}).get(kind, {})
    days = int(own.get("days", told["default"]["days"]))
    return Standard(days, KINDS[kind].second_person or bool(own.get("second_person", False)))


def due_on(kind: str, *, on: date) -> date:
    """The day by which it is to be decided: working days from Monday to Friday."""
    return working_days.after(on, standard(kind).days)


def state_of(household: Household, *, today: date, texts: Mapping[str, Any] | None = None) -> State:
    """The household as a change finds it now, with the villages and the second household that the details name.

    Fourteen statements at most. The caller has checked that the actor may see the household; of the second one only
    what the change needs is read.
    """
    texts = texts or {}
    other = second_household(str(texts.get("other_household") or ""))
    code = str(texts.get("village") or "").strip()
    villages = Area.objects.filter(code=code, level=Area.Level.VILLAGE) if code else Area.objects.none()
    about = pack.about()
    found = _state(household, today, about)
    texts_read, purposes, purposes_by_notice = _texts(today)
    return State(
        household=found.household,
        members=found.members,
        account=found.account,
        today=today,
        adult_from=found.adult_from,
        formats=found.formats,
        questionnaire=found.questionnaire,
        asked=found.asked,
        villages={row.code: Village(row.pk, row.district_id, row.name) for row in villages if row.district_id},
        other=_state(other, today, about) if other else None,
        safe=found.safe,
        consent=found.consent,
        notices=texts_read,
        purposes=purposes,
        purposes_by_notice=purposes_by_notice,
        places=questionnaires.place_codes(),
    )


def second_household(reference: str) -> Household | None:
    """A household by the reference that somebody was told."""
    wanted = normalise(reference) if reference.strip() else ""
    return Household.objects.select_related("area", "questionnaire").filter(reference=wanted).first()


def _state(household: Household, today: date, about: Mapping[str, Any]) -> State:
    rows = list(
        Membership.objects.filter(household=household, until_on__isnull=True)
        .select_related("person")
        .order_by("position", "id")
    )
    elsewhere: dict[int, list[dict[str, Any]]] = {}
    others = Membership.objects.filter(person_id__in=[row.person_id for row in rows], until_on__isnull=True)
    for row in others.exclude(household=household).order_by("id"):
        elsewhere.setdefault(row.person_id, []).append(values_of(row))
    account, safe, consent = (
        model.objects.filter(household=household, until_on__isnull=True).first()
        for model in (PaymentAccount, SafePlace, Consent)
    )
    return State(
        household=values_of(household),
        members=tuple(
            Member(values_of(row), values_of(row.person), tuple(elsewhere.get(row.person_id, ()))) for row in rows
        ),
        account=values_of(account) if account else None,
        safe=values_of(safe) if safe else None,
        consent=values_of(consent) if consent else None,
        today=today,
        adult_from=int(about["ages"]["adult_from"]),
        formats=formats(about),
        questionnaire=questionnaires.content(household.questionnaire),
        asked=_asked(household, [row.person.questionnaire_id for row in rows]),
    )


def _asked(household: Household, of_persons: Iterable[int]) -> Asked:
    """The questionnaire in force, with the ways to it from every version that the household's answers stand on."""
    version = questionnaires.published()
    others = {household.questionnaire_id, *of_persons} - {version.pk}
    olds = QuestionnaireVersion.objects.filter(pk__in=others).order_by("pk") if others else ()
    return Asked(
        version.pk, questionnaires.content(version), {old.pk: carrying.way(old=old, new=version) for old in olds}
    )


def _texts(today: date) -> tuple[Words, Words, dict[str, frozenset[str]]]:
    """The texts that may be read out, newest first; what may be agreed to, and under which text."""
    rows = [row for row in notices.published() if row.in_force_from <= today]
    return (
        tuple((str(row.pk), row.version) for row in rows),
        tuple(notices.words_of_purposes(rows).items()),
        {str(row.pk): frozenset(code for code, _label in notices.purposes_of(row)) for row in rows},
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request would do now: the details as read, and the effect where nothing speaks against it."""

    state: State
    member: Member | None
    details: Details
    effect: list[Write]
    notes: list[str]


def plan(*, kind: str, household: Household, person_reference: str, texts: Mapping[str, Any], today: date) -> Plan:
    """Read the details against the household as it is now, and make the effect of them. Writes nothing."""
    state = state_of(household, today=today, texts=texts)
    told = KINDS[kind]
    member = state.member(person_reference) if person_reference else None
    details = told.read({name: str(text) for name, text in texts.items()}, state, member)
    if details.problems:
        return Plan(state, member, details, [], [])
    return Plan(state, member, details, told.effect(details, state, member), list(told.notes(details, state, member)))


def versions(household: Household) -> dict[str, int]:
    """The versions of the household's row and of its members' rows, for a form to name."""
    found = {"household": household.row_version}
    rows = Membership.objects.filter(household=household, until_on__isnull=True).values_list(
        "person_id", "person__row_version"
    )
    return found | {str(number): version for number, version in rows.order_by("person_id")}


def may_see(actor: Actor) -> Q:
    """Requests over households that the actor may see."""
    return within(actor, Permission.REGISTRY_VIEW)


def request(*, actor: Actor, uuid: UUID) -> ChangeRequest | None:
    """One request of the actor's areas."""
    return _told(ChangeRequest.objects.filter(may_see(actor), uuid=uuid)).first()


def of_reference(*, actor: Actor, reference: str) -> ChangeRequest | None:
    """The request that bears this reference, in the actor's areas."""
    return ChangeRequest.objects.filter(may_see(actor), reference=reference).first()


def _told(rows: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
    return rows.select_related(
        "household__area",
        "household__district",
        "household__questionnaire",
        "other_household__area",
        "person",
        "area",
        "district",
        "requested_by",
        "decided_by",
        "evidence",
    )


def waiting(*, actor: Actor) -> QuerySet[ChangeRequest]:
    """What waits for a decision that this actor may take, the requester's own apart."""
    return ChangeRequest.objects.filter(within(actor, DECIDE), status=ChangeRequest.Status.REQUESTED).exclude(
        requested_by_id=actor.user_id
    )


def queue(*, actor: Actor, after: str = "", size: int = SIZE) -> Page[ChangeRequest]:
    """What waits in the actor's areas, first due first. One statement."""
    found = _told(ChangeRequest.objects.filter(within(actor, DECIDE), status=ChangeRequest.Status.REQUESTED))
    day, _, number = after.partition("_")
    if (last := whole_number(number)) is not None and (due := a_day(day)) is not None:
        found = found.filter(Q(due_on__gt=due) | Q(due_on=due, pk__gt=last))
    rows = found.order_by("due_on", "id")[: size + 1]
    return cut(rows, key=lambda row: f"{row.due_on.isoformat()}_{row.pk}", size=size)


def mine(*, actor: Actor, status: str = ChangeRequest.Status.REQUESTED, limit: int = 50) -> list[ChangeRequest]:
    """What the actor asked for and nobody has decided."""
    rows = _told(ChangeRequest.objects.filter(requested_by_id=actor.user_id, status=status))
    return list(rows.order_by("id")[:limit])


def of_household(*, household: Household) -> list[ChangeRequest]:
    """Every request about it, newest first. The caller has checked who may see the household."""
    rows = ChangeRequest.objects.filter(Q(household=household) | Q(other_household=household))
    return list(rows.select_related("requested_by", "decided_by", "person").order_by("-id"))


def conflicting(*, touches: Iterable[str], but: int | None = None) -> list[ChangeRequest]:
    """Open requests that touch one of the same fields."""
    wanted = list(touches)
    if not wanted:
        return []
    found = ChangeRequest.objects.filter(status=ChangeRequest.Status.REQUESTED, touches__overlap=wanted)
    if but is not None:
        found = found.exclude(pk=but)
    return list(found.select_related("requested_by").order_by("id"))


def overdue(*, actor: Actor, today: date) -> int:
    """How many wait longer than the service standard allows."""
    return waiting(actor=actor).filter(due_on__lt=today).count()


def holder_of(*, national_id: str, but: int | None) -> Person | None:
    """Who holds this number in force, wherever that person lives."""
    found = Person.objects.filter(national_id=national_id).first()
    return found if found is not None and found.pk != but else None
