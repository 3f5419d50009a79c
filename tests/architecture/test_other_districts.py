"""Whoever works elsewhere opens nothing by its number: every address that names something of a place, asked and posted
to by people who hold every role, in another district."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from core.access.actor import SYSTEM, public
from core.access.roles import Role
from core.acting import acting
from core.actions import appointments, devices
from core.models import AuditEntry, StoredFile
from eligibility.models import Enrolment, EnrolmentNotice
from grievances.actions import cases
from payments.models import Hold
from registry.actions import changes, imports, submissions, visits
from registry.actions.fieldwork import paper
from registry.models import DeviceForm, IdentityClaim, QuestionnaireVersion
from tests.architecture.routes import OURS

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "They came together and told us."
NOTHING = "01890000-0000-7000-8000-000000000000"

#: What belongs to the whole country (questionnaires, programmes, runs, payrolls, figures), to people and their posts,
#: or to one's own phone: other tests say who opens these.
OF_NO_PLACE = (
    "registry:questionnaire", "registry:notice", "registry:search_results", "eligibility:programme", "eligibility:run",
    "eligibility:beneficiaries", "eligibility:enrol", "eligibility:formula", "eligibility:findings", "payments:payroll",
    "payments:lines", "payments:left_out", "payments:returns", "payments:file", "payments:move", "core:person",
    "core:appoint", "core:api_client", "core:password_link", "core:job", "reporting:chart", "openrosa:", "api:",
    "grievances:public", "reporting:open",
)  # fmt: skip
#: Answered with what the asker sees anyway, so nothing: looked at for the household's reference instead.
LISTS = {"grievances:household", "grievances:household_tab", "payments:household"}
OF_A_PLACE_TOO = {"eligibility:enrolment", "eligibility:enrolment_move"}
#: Nobody has such a thing here, so that its own people find nothing either.
NOT_THERE = {
    "registry:household_photo", "registry:review_photo", "registry:import_corrected",
    "registry:household_tab", "registry:submission_correct", "registry:submission",
    "registry:draft_photo", "registry:change_evidence", "registry:draft_member_add",
    "registry:import_update",  # nothing of that import waits: its own tests have one that does
}  # fmt: skip


def named() -> Iterator[tuple[str, set[str]]]:
    """Every address that names something: its name, and what it wants to know."""

    def walk(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, set[str]]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
            elif isinstance(entry, URLPattern) and entry.callback.__module__.split(".")[0] in OURS:
                wants = set(getattr(entry.pattern, "converters", {}))
                if wants:
                    yield f"{namespace}{entry.name}", wants

    for name, wants in walk(get_resolver(), ""):
        if name in OF_A_PLACE_TOO or not name.startswith(OF_NO_PLACE):
            yield name, wants


@pytest.fixture
def there(
    tell,
    payload,
    other_payload,
    village,
    district,
    make_user,
    as_actor,
    child_grants,
    write_files,
    settings,
    tmp_path,
    a_reinterview,
) -> dict[str, dict[str, Any]]:
    """Something of everything in the first district: what each address needs to be about it."""
    settings.FILES_DIR = tmp_path / "files"
    clerk, decider = make_user(Role.DISTRICT_OFFICER, district), make_user(Role.SUPERVISOR, district)
    asks = as_actor(clerk)
    home = tell(payload).household
    mother = home.memberships.get(is_reference=True).person
    claimed = other_payload | {"members": [other_payload["members"][0] | {"national_id": mother.national_id}]}
    tell(claimed)
    waits = tell(payload | {"members": [payload["members"][0] | {"national_id": ""}]})
    assert waits.status == "in_review"
    draft = uuid4()
    submissions.save_draft(uuid=draft, payload=payload, actor=asks, at=AT)
    forms = paper.issue(area_id=district.pk, count=2, actor=as_actor(decider), at=AT)
    asked = changes.request(
        uuid=uuid4(), kind="close", household_id=home.pk, texts={"why": "dissolved"}, seen_versions=None, reason=WHY,
        actor=asks, at=AT,
    )  # fmt: skip
    with acting(actor=SYSTEM, at=AT):
        type(home).objects.filter(pk=home.pk).update(interviewed_on=date(2020, 1, 1))
    visits.assign(area_id=village.pk, household_ids=[home.pk], to_id=clerk.pk, visit_by=date(2027, 1, 1),
                  actor=as_actor(decider), at=AT)  # fmt: skip
    households, persons = write_files(other_payload)
    batch = imports.receive(households=households, persons=persons, actor=asks, at=AT, send=False)
    now = timezone.now()
    phone, _password = devices.give(
        uuid=uuid4(), user_id=clerk.pk, name="Phone 7", expires_at=now + timedelta(days=9), actor=SYSTEM, at=now
    )
    with acting(actor=SYSTEM, at=AT):
        form = DeviceForm.objects.create(
            instance_id="uuid:1", digest=b"1" * 32, xml=b"<data/>", questionnaire=QuestionnaireVersion.objects.first(),
            sign_in=phone, user=clerk, area=village, district=district, received_at=AT,
        )  # fmt: skip
        enrolment = Enrolment.objects.create(
            programme=child_grants, household=home, recipient_person=mother, area=village, district=district,
            status_on=AT.date(), validation_required=True, proposed_at=AT,
        )  # fmt: skip
        notice = EnrolmentNotice.objects.create(
            enrolment=enrolment, kind="died", change_reference="CH-1", proposes="suspend", at=AT
        )
        hold = Hold.objects.create(household=home, district=district, reason=WHY, placed_at=AT)
    enrolment.refresh_from_db()
    complaint = cases.Complaint(category="other", description="The pay came late.", area_id=village.pk)
    case = cases.lodge(complaint=complaint, uuid=uuid4(), actor=public(), at=AT).case
    assert not StoredFile.objects.filter(kind="photo").exists()
    reference = {"reference": home.reference}
    draft_of = {"uuid": draft, "number": "1", "code": "dwelling"}
    return {
        "registry:": reference,
        "registry:village": {"code": village.code},
        "registry:household": reference,
        "registry:show": {"field": "account"},
        "registry:show_of_member": {"person_reference": mother.reference, "field": "national_id"},
        "registry:household_photo": {"number": NOTHING},
        "registry:household_tab": {"index": 0},
        "registry:change": reference | {"kind": "move", "uuid": asked.uuid},
        "registry:due": {"code": village.code, "form": "xlsx"},
        "registry:visit": {"uuid": home.visits.get().uuid},
        "registry:draft": draft_of,
        "registry:draft_photo": {"number": NOTHING},
        "registry:submission": {"uuid": waits.uuid},
        "registry:review": {"uuid": waits.uuid, "number": NOTHING},
        "registry:claim": {"claim_id": IdentityClaim.objects.get().pk},
        "registry:field_": {"uuid": form.uuid},
        "registry:sample": {"uuid": a_reinterview.finding.sample.uuid, "finding_id": a_reinterview.finding_id},
        "registry:second_interview": {"uuid": a_reinterview.uuid},
        "registry:phone": {"device_id": phone.pk},
        "registry:paper_": {"uuid": forms.uuid, "first": forms.first},
        "registry:import": {"uuid": batch.uuid, "number": waits.uuid},
        "eligibility:": reference | {"household_id": home.pk, "notice_id": notice.pk, "code": child_grants.code,
                                     "area_code": village.code, "move": "reject"},
        "eligibility:enrolment": {"reference": enrolment.reference},
        "payments:": {"household_id": home.pk, "hold_id": hold.pk, "cycle_id": 999_999_999},
        "grievances:": {"reference": case.reference, "name": "take", "household_id": home.pk},
        "people": {"clerk": clerk, "decider": decider},
    }  # fmt: skip


def addresses(there: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Every address that names something of a place, about what is there."""
    found = {}
    for name, wants in named():
        known: dict[str, Any] = {}
        for start in sorted((one for one in there if name.startswith(one)), key=len):
            known |= there[start]
        missing = wants - known.keys()
        assert not missing, f"{name} names {missing}: say here of which place, or in OF_NO_PLACE that it is of none"
        found[name] = reverse(name, kwargs={key: known[key] for key in wants})
    return found


EVERYTHING = [role for role in Role if role not in (Role.ADMINISTRATOR, Role.FINANCE_APPROVER, Role.FINANCE_RELEASER)]
ELSEWHERE = {
    "every role but three": EVERYTHING,
    "administrator": [Role.ADMINISTRATOR, Role.SUPERVISOR],
    "approver": [Role.FINANCE_APPROVER, Role.DISTRICT_OFFICER],
    "releaser": [Role.FINANCE_RELEASER, Role.SUPERVISOR],
}


@pytest.fixture
def holding(make_user):
    """``holding(roles, area)``: somebody who holds them all there."""

    def make(roles, area):
        user = make_user(roles[0], area)
        scope = appointments.scope_for(area_id=area.pk).pk
        for role in roles[1:]:
            appointments.propose(
                user_id=user.pk, role=role, scope_id=scope, starts_on=date(2020, 1, 1), actor=SYSTEM, at=AT
            )
        return user

    return make


@pytest.mark.parametrize("who", ELSEWHERE)
def test_nothing_of_another_district_opens_or_moves(who, there, holding, other_district, client: Client, asked_often):
    client.force_login(holding(ELSEWHERE[who], other_district), backend="django.contrib.auth.backends.ModelBackend")
    client.raise_request_exception = False
    acts = AuditEntry.objects.exclude(action__startswith="session.").count()
    opened = []
    for name, address in addresses(there).items():
        for answer in (client.get(address), client.post(address, {"reason": WHY, "name": "x"})):
            empty = name in LISTS and there["registry:"]["reference"] not in answer.content.decode()
            if answer.status_code not in (400, 403, 404, 405) and not empty:
                opened.append((name, answer.request["REQUEST_METHOD"], answer.status_code))
    assert opened == []
    assert AuditEntry.objects.exclude(action__startswith="session.").count() == acts


def test_these_addresses_do_lead_somewhere_for_their_own_people(there, holding, district, client: Client, asked_often):
    """So that the others' "not found" says something."""
    everybody = [holding(EVERYTHING, district), there["people"]["clerk"], there["people"]["decider"]]
    known = addresses(there)
    dead = set(known) - NOT_THERE
    for user in everybody:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        dead -= {name for name in dead if client.get(known[name]).status_code not in (403, 404)}
    assert dead == set()
