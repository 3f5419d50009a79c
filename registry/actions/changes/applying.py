"""Carrying a change out: the writes of its effect, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from core import audit, pack
from core.access.actor import Actor
from core.acting import current
from core.hooks import HouseholdChange, household_changed, household_merge
from registry.actions import corrected, name_keys, versions
from registry.actions.changes.errors import NobodyAnswers
from registry.actions.identity import FORMER
from registry.changes.protecting import HIDDEN
from registry.changes.state import Add, New, Set, Write, persons_of
from registry.intake import hiding
from registry.models import (
    ChangeRequest,
    Consent,
    DeclaredInterest,
    HeadKey,
    Household,
    IdentityClaim,
    Membership,
    Nominee,
    PaymentAccount,
    Person,
    PersonIdentifier,
    SafePlace,
    Visit,
)
from registry.queries import changes

_MODELS: dict[str, type[models.Model]] = {
    "household": Household,
    "membership": Membership,
    "person": Person,
    "account": PaymentAccount,
    "safe_place": SafePlace,
    "consent": Consent,
}
_HOME = ("person_id", "household_id", "household__area_id")
_IDENTITY = ("given_names", "surname", "birth_date", "birth_date_precision", "national_id")


def carry_out(asked: ChangeRequest, plan: changes.Plan, *, by: Actor, reason: str, at: datetime) -> None:
    """Write the effect, tell the packages above, close the request, audit: in the caller's act.

    Raises:
        NobodyAnswers: a merge would leave something behind that refers to the household.
    """
    household = asked.household
    new_id = write(household, plan, at=at, opened_by_id=asked.requested_by_id)
    change = change_of(asked.kind, household, plan, at=at, new_household_id=new_id, reference=asked.reference)
    if asked.kind == "merge":
        _carry_interests(change)
        _require_answers(change)
    for function in household_changed.functions:
        function(change)
    asked.status, asked.decided_by_id, asked.decided_at = ChangeRequest.Status.APPLIED, by.user_id, at
    asked.decision_reason = reason
    asked.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])
    audit.record(
        "change.apply",
        subject_type="change_request",
        subject_id=asked.pk,
        reference=asked.reference,
        district_id=asked.district_id,
        details={
            "kind": asked.kind,
            "household": household.reference,
            "writes": len(plan.effect),
            "alone": asked.requested_by_id == by.user_id,
        },
    )


def change_of(
    kind: str,
    household: Household,
    plan: changes.Plan,
    *,
    at: datetime,
    new_household_id: int | None = None,
    reference: str = "",
) -> HouseholdChange:
    """The change as the hooks of core are told of it."""
    persons = set(persons_of(plan.effect)) | ({plan.member.person["id"]} if plan.member else set())
    persons |= {
        write.values["person"]
        for write in plan.effect
        if isinstance(write, Add) and write.table == "membership" and isinstance(write.values["person"], int)
    }
    other = plan.state.other.household["id"] if plan.state.other else new_household_id
    return HouseholdChange(
        kind=kind,
        household_id=household.pk,
        person_ids=tuple(sorted(persons)),
        at=at,
        other_household_id=other,
        reference=reference,
    )


def write(household: Household, plan: changes.Plan, *, at: datetime, opened_by_id: int | None) -> int | None:
    """Write the effect, in the caller's act; returns the number of the household that it made, if any.

    Rows are locked in the order of their numbers, changed rows are written once each, and versions rise.
    """
    effect = plan.effect
    made: dict[str, Any] = {}
    moving = _who_moves(household, effect)
    persons = sorted({*persons_of(effect), *moving})
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=persons).order_by("pk"))
    found_by = name_keys.due(person_ids=persons)
    numbers = _numbers_apart(effect)
    for (table, pk), values in _by_row(effect).items():
        _update(table, pk, values)
    for one in effect:
        if isinstance(one, Add):
            row = _add(one, made, household, at)
            if one.name:
                made[one.name] = row
    for person_id, number in numbers:
        _give_number(person_id or made["person"].pk, number, opened_by_id, at)
    written = {pk for table, pk in _by_row(effect) if table == "household"}
    versions.raise_of(household_ids=_households(household, plan), person_ids=_touched(plan, made), but=written)
    if any(isinstance(one, Set) and one.table == "household" and one.field in HIDDEN for one in effect):
        _carry_place(household.pk)
    _follow(moving)
    entered = [made["person"].pk] if "person" in made else []
    name_keys.renew(person_ids=[*persons, *entered], before=found_by)
    new = made.get("household")
    _rekey_heads([*_households(household, plan), *([new.pk] if new is not None else [])])
    return new.pk if new is not None else None


def _households(household: Household, plan: changes.Plan) -> set[int]:
    return {household.pk, *([plan.state.other.household["id"]] if plan.state.other else [])}


def _touched(plan: changes.Plan, made: dict[str, Any]) -> set[int]:
    """Whose row or membership changed: they may belong to other households as well."""
    here = {one.membership["id"]: one.person["id"] for one in plan.state.members}
    ended = {
        here[one.pk] for one in plan.effect if isinstance(one, Set) and one.table == "membership" and one.pk in here
    }
    return {*persons_of(plan.effect), *ended, *([made["person"].pk] if "person" in made else [])}


def _by_row(effect: list[Write]) -> dict[tuple[str, int], dict[str, Any]]:
    """Columns to write by row, in the order in which rows are named; a number needs more than a write."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for one in effect:
        if isinstance(one, Set) and (one.table, one.field) != ("person", "national_id"):
            rows.setdefault((one.table, one.pk), {})[one.field] = one.after
    return rows


def _update(table: str, pk: int, values: dict[str, Any]) -> None:
    model: Any = _MODELS[table]
    answers = {name.removeprefix("answers."): value for name, value in values.items() if name.startswith("answers.")}
    columns = {name: value for name, value in values.items() if not name.startswith("answers.")}
    if table in ("household", "person"):
        columns["row_version"] = F("row_version") + 1
    if answers:
        kept = dict(model.objects.values_list("answers", flat=True).get(pk=pk))
        kept |= answers
        columns["answers"] = {code: value for code, value in kept.items() if value is not None}
    model.objects.filter(pk=pk).update(**{_column(model, name): value for name, value in columns.items()})


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).attname)  # type: ignore[union-attr]


def _add(one: Add, made: dict[str, Any], household: Household, at: datetime) -> Any:
    values = {name: made[value.name].pk if isinstance(value, New) else value for name, value in one.values.items()}
    if one.table == "household":
        return _household_like(household, address=values["address"], at=at)
    model: Any = _MODELS[one.table]
    if one.table == "person":
        values |= {
            "national_id": None,
            "interim_number": _interim_number(),
            "district": household.district_id,
            "questionnaire": household.questionnaire_id,
            "registered_at": at,
        }
    else:
        values["district"] = Household.objects.values_list("district_id", flat=True).get(pk=values["household"])
    return model.objects.create(**{_column(model, name): value for name, value in values.items()})


def _household_like(household: Household, *, address: str, at: datetime) -> Household:
    """A household of its own in the same village, on the same legal basis, with the answers given so far."""
    new = Household.objects.create(
        area_id=household.area_id,
        district_id=household.district_id,
        address="" if household.is_protected else address,
        is_protected=household.is_protected,
        is_shared=household.is_shared,
        questionnaire_id=household.questionnaire_id,
        answers=household.answers,
        interviewed_on=household.interviewed_on,
        registered_at=at,
        registered_by_id=household.registered_by_id,
        privacy_notice_id=household.privacy_notice_id,
        legal_basis=household.legal_basis,
        consent=household.consent,
        consent_given_by_id=household.consent_given_by_id,
    )
    if household.is_protected:  # whoever leaves a hidden household is as much in danger
        former = SafePlace.objects.get(household=household, until_on__isnull=True)
        SafePlace.objects.create(
            household=new,
            village_id=former.village_id,
            district_id=new.district_id,
            address=address,
            from_on=timezone.localdate(at),
        )
    return new


def _numbers_apart(effect: list[Write]) -> list[tuple[int | None, str]]:
    """National IDs that the effect gives: to a person, or (nothing) to the one who enters."""
    found: list[tuple[int | None, str]] = []
    for one in effect:
        if isinstance(one, Set) and (one.table, one.field) == ("person", "national_id"):
            found.append((one.pk, one.after))
        elif isinstance(one, Add) and one.table == "person" and one.values["national_id"]:
            found.append((None, one.values["national_id"]))
    return found


def _give_number(person_id: int, number: str, opened_by_id: int | None, at: datetime) -> None:
    """The number becomes the person's, the former one stays an alias; one that somebody holds is only claimed."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=person_id)
    holder = changes.holder_of(national_id=number, but=person_id)
    if holder is not None:
        IdentityClaim.objects.get_or_create(
            claimant=person,
            national_id=number,
            status=IdentityClaim.Status.OPEN,
            defaults={
                "holder": holder,
                "district_id": person.district_id,
                "opened_at": at,
                "opened_by_id": opened_by_id,
            },
        )
        return
    if person.national_id:
        PersonIdentifier.objects.get_or_create(person=person, kind=FORMER, number=person.national_id)
    Person.objects.filter(pk=person_id).update(national_id=number, row_version=F("row_version") + 1)


def _interim_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_interim(%s)", [pack.about()["national_id"]["interim_prefix"]])
        return str(cursor.fetchone()[0])


def identities(effect: list[Write]) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """Who enters (nothing) or gets another identity, with the names, birth date and number as they will be."""
    changed: dict[int, dict[str, Any]] = {}
    for one in effect:
        if isinstance(one, Add) and one.table == "person":
            yield None, {name: one.values[name] for name in _IDENTITY}
        elif isinstance(one, Set) and one.table == "person" and one.field in _IDENTITY:
            changed.setdefault(one.pk, {})[one.field] = one.after
    for person_id, values in changed.items():
        now = Person.objects.values(*_IDENTITY).get(pk=person_id)
        yield person_id, now | values


def _who_moves(household: Household, effect: list[Write]) -> list[int]:
    """Persons who may belong to another district afterwards: who enters a household, and a household that moves."""
    entering = {
        one.values["person"]
        for one in effect
        if isinstance(one, Add) and one.table == "membership" and isinstance(one.values["person"], int)
    }
    if any(isinstance(one, Set) and (one.table, one.field) == ("household", "district") for one in effect):
        here = Membership.objects.filter(household=household, until_on__isnull=True, counts=True)
        entering |= set(here.values_list("person_id", flat=True))
    return sorted(entering)


def _follow(persons: list[int]) -> None:
    """A person's district is that of the household in which they count."""
    if persons:
        counting = Membership.objects.filter(person_id=OuterRef("pk"), counts=True, until_on__isnull=True)
        Person.objects.filter(pk__in=persons).annotate(now=Subquery(counting.values("district_id")[:1])).exclude(
            now=None
        ).exclude(now=F("district_id")).update(district_id=Subquery(counting.values("district_id")[:1]))


def _rekey_heads(household_ids: Iterable[int]) -> None:
    """The keys of reference persons by village, made anew for these households."""
    found = sorted(household_ids)
    heads = Membership.objects.filter(
        household_id__in=found, household__status="active", is_reference=True, until_on__isnull=True
    )
    homes = {person: (home, area) for person, home, area in heads.values_list(*_HOME)}
    borne: dict[int, list[int]] = {}
    for key, _district, _born, person_id in sorted(name_keys.due(person_ids=homes)):
        borne.setdefault(person_id, []).append(key)
    rows = [(*homes[person_id], json.dumps(keys)) for person_id, keys in sorted(borne.items())]
    HeadKey.objects.filter(pk__in=found).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_headkey (household_id, key) SELECT home, key FROM ("
            "SELECT home, registry_head_key(area, ARRAY(SELECT jsonb_array_elements_text(keys::jsonb)::bigint)) AS key"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS told(home, area, keys)) made"
            " WHERE key IS NOT NULL",
            [list(column) for column in zip(*rows, strict=True)] or [[], [], []],
        )


def _carry_place(household_id: int) -> None:
    """Everything that is scoped with the household takes the new district's key; what tells a place tells its new one.

    A protected household's submissions keep what came (``payload``), which no page shows then (``hiding.is_hidden``).
    """
    household = Household.objects.get(pk=household_id)
    district = household.district_id
    ChangeRequest.objects.filter(household_id=household_id).update(area_id=household.area_id, district_id=district)
    visits = Visit.objects.filter(household_id=household_id)
    if not household.is_protected:
        visits = visits.filter(status__in=Visit.OPEN)
    visits.update(area_id=household.area_id, district_id=district)
    if household.is_protected:
        hiding.hide_all_of(household_id=household_id, district_id=district)
        corrected.withdraw(district_id=district, at=current().at)
    here = Membership.objects.filter(household_id=household_id, until_on__isnull=True)
    persons = list(here.filter(counts=True).order_by("person_id").values_list("person_id", flat=True))
    here.update(district_id=district)
    IdentityClaim.objects.filter(claimant_id__in=persons, status="open").update(district_id=district)
    for model in (PaymentAccount, Nominee, SafePlace, Consent):
        model.objects.filter(household_id=household_id, until_on__isnull=True).update(district_id=district)


def _carry_interests(change: HouseholdChange) -> None:
    """Whoever declared an interest in the household that disappears has it in the one that it is part of."""
    assert change.other_household_id is not None
    for row in DeclaredInterest.objects.filter(household_id=change.household_id).order_by("id"):
        DeclaredInterest.objects.get_or_create(
            user_id=row.user_id,
            household_id=change.other_household_id,
            defaults={"kind": row.kind, "declared_at": change.at},
        )


def _require_answers(change: HouseholdChange) -> None:
    """Whatever another package keeps about the household that disappears is moved by it, or the merge refuses."""
    answered = {name for function in household_merge.functions for name in function(change)}
    for relation in Household._meta.related_objects:
        model: Any = relation.related_model
        name = f"{model._meta.app_label}.{model.__name__}.{relation.field.name}"
        if model._meta.app_label == "registry" or name in answered:
            continue
        if model._base_manager.filter(**{relation.field.name: change.household_id}).exists():
            told = model._meta.verbose_name_plural
            raise NobodyAnswers(f"The household has {told}, which have to be ended or moved before it can be merged.")
