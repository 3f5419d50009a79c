"""A household whose address is protected, planted wherever the register keeps, shows or sends something of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from core.access.actor import SYSTEM, Actor, public
from core.access.roles import Role
from core.acting import acting
from core.actions import api_clients, appointments, users
from core.jobs import runner
from core.models import Area, Job, User
from eligibility.models import Enrolment
from grievances.actions import cases
from registry.actions import bundles, changes, corrected, questionnaires, visits
from registry.actions.fieldwork import sampling
from registry.models import Household, Nominee, QuestionnaireVersion, Reinterview, Submission
from tests.architecture.planted import (
    ACCOUNT,
    ADDRESS,
    AT,
    FIELD,
    HOMESTEAD,
    NEAR_THE_MILL,
    NEW_ADDRESS,
    OTHER_ACCOUNT,
    PHONE,
    SCHOOL,
    SLEEPS,
    WHY,
)  # fmt: skip
from tests.fixtures.fieldwork import SEED, WITH_MEMBERS
from tests.fixtures.registry import TOLD_AT


def with_points() -> None:
    """A version of the questionnaire that asks where the field and the school lie, and for names of places."""
    content = deepcopy(QuestionnaireVersion.objects.get(status="published").content) | {"version": "2027-01"}
    content.pop("mapping", None)
    for code, level, kind in (
        ("field_place", "household", {"type": "point"}),
        ("school_place", "person", {"type": "point"}),
        ("homestead", "household", {"type": "text", "place": True}),
        ("sleeps_at", "person", {"type": "text", "place": True}),
    ):
        section = next(one["code"] for one in content["sections"] if one["level"] == level)
        content["questions"].append({"code": code, "level": level, "section": section, "label": {"en": code}} | kind)
    questionnaires.load(content=content, actor=SYSTEM, at=TOLD_AT)


@pytest.fixture
def sent_before(officer: Actor, write_files, bring_in) -> Callable[[dict[str, Any]], None]:
    """``sent_before(payload)``: a partner sent it, and it stood in a file; both were refused. The rows to correct wait
    to be fetched, and the files lie where they were kept."""

    def send(wrong: dict[str, Any]) -> None:
        body = json.dumps({"households": [wrong]}).encode()
        answered = bundles.receive(key=uuid4(), body=body, payloads=[wrong], actor=officer, at=TOLD_AT)
        assert answered.results[0]["status"] == "refused"
        batch = bring_in(*write_files(wrong), actor=officer)
        assert batch.counts["refused"] == 1
        now = timezone.now()  # by the clock of the pages that are walked, so that its time is not over
        corrected.ask(batch_id=batch.pk, actor=officer, at=now, send=False)
        assert runner.run(job_id=Job.objects.latest("id").pk, worker="test", clock=lambda: now).error == ""

    return send


@pytest.fixture
def asked_again(another_interviewer: Actor) -> Callable[[Submission, Actor], None]:
    """``asked_again(submission, by)``: its interview was drawn, and somebody is sent there once more."""

    def send(told: Submission, decides: Actor) -> None:
        assert told.district_id and told.interviewed_on
        sample = sampling.draw(
            area_id=told.district_id, from_on=told.interviewed_on, until_on=told.interviewed_on,
            terms=replace(WITH_MEMBERS, share_percent=Decimal(100)),
            seed=SEED, actor=decides, at=AT,
        )  # fmt: skip
        sampling.assign(
            sample_id=sample.pk, ids=None, to_id=another_interviewer.user_id, do_by=AT.date() + timedelta(days=9),
            actor=decides, at=AT,
        )  # fmt: skip
        assert Reinterview.objects.filter(submission=told, status="assigned").exists()

    return send


@pytest.fixture
def token(make_user: Callable[..., User]) -> str:
    """What a partner's system that sees the whole country signs in with."""
    user = users.create(email="machine@example.org", full_name="Partner", password=None, actor=SYSTEM, at=AT)
    appointments.propose(
        user_id=user.pk, role=Role.SUPERVISOR, scope_id=appointments.scope_for(area_id=1).pk, starts_on=AT.date(),
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    now = timezone.now()
    return api_clients.create(
        name="Partner", user_id=user.pk, expires_at=now + timedelta(days=1), actor=SYSTEM, at=now
    )[1]


@pytest.fixture
def household(
    tell, payload, other_payload, village, make_user, as_actor, child_grants, sent_before, asked_again
) -> Household:
    """A household of whom everything is known that must not be read, with changes done and waiting, on lists, due to
    be seen again and on the way to be, with a refused registration before it and a case. Another one of the district is
    due as well, so that there are lists. Before that a partner sent it and a file told it, both wrong, with a copy of
    rows to correct; its interview is held once more."""
    with_points()
    beside = Area.objects.filter(level=Area.Level.VILLAGE, district=village.district).exclude(pk=village.pk)
    other_payload["household"]["area_code"] = beside.order_by("path")[0].code
    assert tell(other_payload).status == "accepted"
    payload["household"] |= {
        "phone": PHONE, "address": ADDRESS, "latitude": "-29.512345", "longitude": "27.512345", "field_place": FIELD,
        "homestead": HOMESTEAD,
        "account_kind": "mobile", "account_provider": "mpesa", "account_number": ACCOUNT,
    }  # fmt: skip
    payload["members"][1] |= {"school_place": SCHOOL, "sleeps_at": SLEEPS}
    for member in payload["members"]:
        member["surname"] = "Zzyzwicz"
    wrong = deepcopy(payload)
    wrong["household"]["rooms"] = "many"
    assert tell(wrong).status == "refused"
    sent_before(wrong)
    told = tell(payload)
    assert told.status == "accepted", [str(issue) for issue in told.issues.all()]
    home = told.household
    mother = home.memberships.get(is_reference=True).person
    asks, decides = as_actor(make_user(Role.DISTRICT_OFFICER)), as_actor(make_user(Role.SUPERVISOR))
    with acting(actor=SYSTEM, at=AT):
        Household.objects.update(interviewed_on=AT.date() - timedelta(days=5 * 366))
        Nominee.objects.create(
            household=home, district=home.district, given_names="Nomsa", surname="Zzyzwicz",
            national_id="0070010100009", phone="57998877", from_on=AT.date(),
        )  # fmt: skip
        for unit, status in ((None, "proposed"), (mother, "rejected")):
            made = Enrolment.objects.create(
                programme=child_grants, household=home, person=unit, recipient_person=mother, area=home.area,
                district=home.district, status_on=AT.date(), validation_required=True, proposed_at=AT,
            )  # fmt: skip
            if status != "proposed":
                Enrolment.objects.filter(pk=made.pk).update(status=status, reason="Not found.")
    visits.assign(
        area_id=home.area_id, household_ids=[home.pk], to_id=asks.user_id, visit_by=timezone.localdate(),
        actor=decides, at=AT,
    )  # fmt: skip

    def ask(kind: str, person: str = "", /, **texts: str) -> None:
        asked = changes.request(
            uuid=uuid4(), kind=kind, household_id=home.pk, person_reference=person, texts=texts, seen_versions=None,
            reason=WHY, actor=asks, at=AT,
        )  # fmt: skip
        if kind in ("protect_address",):
            changes.accept(change_id=asked.pk, reason="Spoke with her.", actor=decides, at=AT)

    def complain() -> None:
        complaint = cases.Complaint(
            category="other", description="The pay came late.", area_id=village.pk, place=NEAR_THE_MILL,
            reference=home.reference,
        )  # fmt: skip
        cases.lodge(complaint=complaint, uuid=uuid4(), actor=public(), at=AT)

    identity = {"given_names": "Palesa", "surname": "Zzyzwicz", "sex": "F", "birth_date": "1988-05-14"}
    complain()
    asked_again(told, decides)
    ask("move", moved_on="2026-11-01", address=NEW_ADDRESS)
    ask("protect_address", asked_by=mother.reference)
    ask("correct_identity", mother.reference, **identity, national_id="0088051400077")
    ask("change_account", kind="mobile", provider="mpesa", number=OTHER_ACCOUNT, holder=mother.reference)
    complain()
    home.refresh_from_db()
    return home
