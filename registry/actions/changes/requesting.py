"""Asking for a change: what it would do is found by doing it and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit, files
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.hooks import change_preview
from core.locks import Lock, hold
from core.models import Area
from registry.actions.changes import applying
from registry.actions.changes.errors import ChangedSince, DetailsWrong, OneOpenAlready
from registry.actions.reviews import DeclaredInterestInTheWay, ReasonNeeded, require_no_interest
from registry.changes import KINDS, Problem
from registry.changes.state import Set, Write, seen, touches
from registry.intake import pipeline, rechecking
from registry.models import ChangeRequest, DeclaredInterest, Household, Membership
from registry.queries import changes, questionnaires

REGISTER = Permission.REGISTRY_REGISTER


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: its writes, what was found, what it means above the registry, who else asks."""

    plan: changes.Plan
    findings: list[dict[str, str]]
    effects: list[str]
    conflicts: list[ChangeRequest]
    needs_second: bool


def preview(
    *, kind: str, household_id: int, person_reference: str, texts: Mapping[str, Any], actor: Actor, at: datetime
) -> Preview:
    """What the change would do, found by carrying it out and taking it back; needs a transaction that may write.

    Raises:
        NotPermitted: the actor may not register households of this place.
        DeclaredInterestInTheWay: the actor declared an interest in it.
        DetailsWrong: something speaks against it.
    """
    with acting(actor=actor, at=at):
        household = _household(household_id, actor)
        return _tried(kind, household, person_reference, texts, actor, at)


def request(
    *,
    uuid: UUID,
    kind: str,
    household_id: int,
    person_reference: str = "",
    texts: Mapping[str, Any],
    seen_versions: Mapping[str, int] | None,
    reason: str,
    evidence: tuple[str, bytes] | None = None,
    waits: bool = False,
    actor: Actor,
    at: datetime,
) -> ChangeRequest:
    """Ask for a change; one that needs no second person, and in which nothing was found, is carried out at once.

    ``waits``: a second person decides, though the kind needs none. ``seen_versions`` are the row versions that the form
    showed (``queries.changes.versions``); ``evidence`` is a name and bytes. Locks the household. A repeat with the same
    ``uuid`` returns the first and changes nothing.

    Raises:
        NotPermitted: the actor may not register households of this place, or the ``uuid`` is somebody else's.
        DeclaredInterestInTheWay: the actor declared an interest in a household that it concerns.
        ReasonNeeded: no reason was given.
        ChangedSince: the household changed since the form was opened.
        DetailsWrong: something speaks against it.
        OneOpenAlready: a request of this kind for this household and person waits already.
    """
    with acting(actor=actor, at=at, reason=reason):
        hold(Lock.CHANGE, str(uuid))  # a double-click sends the same twice at once
        if known := ChangeRequest.objects.filter(uuid=uuid).first():
            if known.requested_by_id != actor.user_id:
                raise NotPermitted(sentence="This is somebody else's request.")
            return known
        if not reason.strip():
            raise ReasonNeeded("A change needs a reason.")
        if KINDS[kind].enters_persons:
            pipeline.lock()
        household = _household(household_id, actor)
        if seen_versions is not None and dict(seen_versions) != changes.versions(household):
            raise ChangedSince("The household changed since you opened the form: look at it again, then report anew.")
        tried = _tried(kind, household, person_reference, texts, actor, at)
        tried = replace(tried, needs_second=tried.needs_second or waits)
        asked = _write(uuid, kind, household, tried, reason, evidence, actor, at)
        if not asked.needs_second:
            applying.carry_out(asked, tried.plan, by=actor, reason=reason, at=at)
    return asked


def _write(
    uuid: UUID,
    kind: str,
    household: Household,
    tried: Preview,
    reason: str,
    evidence: tuple[str, bytes] | None,
    actor: Actor,
    at: datetime,
) -> ChangeRequest:
    plan = tried.plan
    assert actor.user_id is not None
    person_id = plan.member.person["id"] if plan.member else None
    open_ones = ChangeRequest.objects.filter(household=household, kind=kind, status=ChangeRequest.Status.REQUESTED)
    if person_id in open_ones.values_list("person_id", flat=True):
        raise OneOpenAlready("Such a change has been asked for already and waits for a decision.")
    kept = None
    if evidence is not None:
        name, content = evidence
        kept = files.store(content, name=name, kind="change.evidence", at=at, district_id=household.district_id)
    asked = ChangeRequest.objects.create(
        uuid=uuid,
        kind=kind,
        household=household,
        other_household_id=plan.state.other.household["id"] if plan.state.other else None,
        person_id=person_id,
        area_id=household.area_id,
        district_id=household.district_id,
        details=dict(plan.details.texts),
        seen=seen(plan.effect),
        touches=touches(plan.effect),
        findings=tried.findings,
        needs_second=tried.needs_second,
        requested_at=at,
        requested_by_id=actor.user_id,
        reason=reason,
        evidence=kept,
        due_on=changes.due_on(kind, on=timezone.localdate(at)),
    )
    asked.refresh_from_db(fields=["reference"])
    audit.record(
        "change.request",
        subject_type="change_request",
        subject_id=asked.pk,
        reference=asked.reference,
        district_id=household.district_id,
        details={
            "kind": kind,
            "household": household.reference,
            "needs_second": asked.needs_second,
            "findings": sorted({one["code"] for one in tried.findings}),
            "conflicts": [one.reference for one in tried.conflicts],
        },
        digest=audit.digest_of(subject_type="change_request", subject_id=asked.pk, values=asked.details),
    )
    return asked


def _household(household_id: int, actor: Actor) -> Household:
    """The household, locked, if this actor may report about it."""
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to report this, not the system.")
    household = (
        Household.objects.select_for_update(of=("self",)).select_related("area", "questionnaire").get(pk=household_id)
    )
    actor.require_in(REGISTER, area_path=household.area.path)
    require_no_interest_in(actor=actor, household_ids=[household_id])
    return household


def require_no_interest_in(*, actor: Actor, household_ids: list[int]) -> None:
    """Nobody acts on their own or a declared relative's household.

    Raises:
        DeclaredInterestInTheWay: one of these is such a household.
    """
    found = DeclaredInterest.objects.filter(household_id__in=household_ids)
    if actor.user_id in found.values_list("user_id", flat=True):
        raise DeclaredInterestInTheWay(
            "You have declared an interest in a household that this concerns, so somebody else has to do it."
        )


def _tried(
    kind: str, household: Household, person_reference: str, texts: Mapping[str, Any], actor: Actor, at: datetime
) -> Preview:
    today = timezone.localdate(at)
    plan = changes.plan(kind=kind, household=household, person_reference=person_reference, texts=texts, today=today)
    if plan.details.problems:
        raise DetailsWrong(plan.details.problems)
    concerned = [plan.state.other.household["id"]] if plan.state.other else []
    require_no_interest_in(actor=actor, household_ids=concerned)
    require_no_interest(actor=actor, person_ids=[plan.member.person["id"]] if plan.member else [])
    findings = trial(kind, household, plan, at=at)
    effects = [
        sentence
        for function in change_preview.functions
        for sentence in function(applying.change_of(kind, household, plan, at=at))
    ]
    conflicts = changes.conflicting(touches=touches(plan.effect))
    leaves = any(
        isinstance(write, Set) and write.table == "household" and write.field == "area" for write in plan.effect
    ) and not _may_register_there(actor, plan)
    needs_second = changes.standard(kind).second_person or bool(findings) or bool(conflicts) or leaves
    return Preview(plan, findings, effects, conflicts, needs_second)


def _may_register_there(actor: Actor, plan: changes.Plan) -> bool:
    found = Area.objects.filter(pk__in=[village.area_id for village in plan.state.villages.values()])
    return all(actor.may_in(REGISTER, area_path=area.path) for area in found)


class _Undo(Exception):
    """Ends a trial."""


def trial(kind: str, household: Household, plan: changes.Plan, *, at: datetime) -> list[dict[str, str]]:
    """What the checks would newly say about the household, and who would be known already.

    Raises:
        DetailsWrong: a check finds an error that was not there before.
    """
    questionnaire = questionnaires.content(household.questionnaire)
    moves = any(isinstance(write, Set) and write.field == "questionnaire" for write in plan.effect)
    if moves and plan.state.asked:  # before and after are held against the same questions
        questionnaire = plan.state.asked.questionnaire
    today = plan.state.today
    options: dict[str, Any] = {"questionnaire": questionnaire, "on": today, "at": at}
    before = set(rechecking.found(household_id=household.pk, **options))
    after: list[rechecking.Finding] = []
    try:
        with transaction.atomic():
            applying.write(household, plan, at=at, opened_by_id=None)
            if _somebody_is_left(household):
                after = rechecking.found(household_id=household.pk, **options)
            raise _Undo
    except _Undo:
        pass
    fresh = [finding for finding in after if finding not in before and _concerns(finding, plan.effect)]
    wrong = [finding for finding in fresh if finding.severity == "error"]
    if wrong and KINDS[kind].checks_bind:
        raise DetailsWrong([Problem("", _sentence(finding)) for finding in wrong])
    found = [{"code": one.code, "severity": one.severity, "text": _sentence(one)} for one in fresh]
    return found + _known_persons(plan.effect)


def _somebody_is_left(household: Household) -> bool:
    here = Membership.objects.filter(household_id=household.pk, until_on__isnull=True)
    return here.filter(household__status=Household.Status.ACTIVE).exists()


def _concerns(finding: rechecking.Finding, effect: list[Write]) -> bool:
    """A new member's interview is still to be held, and a missing reference person is told in the notes."""
    newcomer = any(not isinstance(write, Set) and write.table == "person" for write in effect)
    if finding.code == "required" and newcomer and finding.who:
        return False
    return finding.code != "reference_none"


def _sentence(finding: rechecking.Finding) -> str:
    return f"{finding.who}: {finding.message}" if finding.who else finding.message


def _known_persons(effect: list[Write]) -> list[dict[str, str]]:
    """Possible duplicates of who enters or gets another identity, and numbers that somebody else holds."""
    found = []
    for person_id, values in applying.identities(effect):
        if rechecking.known_already(
            given_names=values["given_names"],
            surname=values["surname"],
            born=values["birth_date"],
            precision=values["birth_date_precision"],
            but=person_id,
        ):
            text = "Somebody of these names and this birth date is registered already."
            found.append({"code": "possible_duplicate", "severity": "duplicate", "text": text})
        number = values["national_id"]
        if number and changes.holder_of(national_id=number, but=person_id):
            text = "Another person holds this national ID: the claim will wait for whoever settles identities."
            found.append({"code": "number_in_force", "severity": "duplicate", "text": text})
    return found
