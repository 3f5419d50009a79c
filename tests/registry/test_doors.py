"""The same facts through every door: the same state, and the same issues at the same places."""

import json
from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from core.access.actor import SYSTEM
from core.actions import devices
from registry.actions import bundles, device_forms, device_intake, submissions
from registry.api.decoding import payloads_of
from registry.models import Submission
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.filled import xml_of

# What is changed in a household with nothing to complain of: (0 for the household, or the member's number; columns).
PLANTED = [
    (0, {}),
    (0, {"rooms": "99"}),
    (0, {"rooms": "two"}),
    (0, {"rooms": ""}),
    (0, {"rooms": "16"}),
    (0, {"area_code": "nowhere"}),
    (0, {"interview_date": "2030-01-01"}),
    (0, {"interview_date": "03/08/2026"}),
    (0, {"legal_basis": "consent"}),
    (0, {"privacy_notice": "1999-01"}),
    (0, {"latitude": "-29.3"}),
    (0, {"phone": "12"}),
    (0, {"account_kind": "bank"}),
    (0, {"nominee_surname": "Alone"}),
    (1, {"national_id": "12"}),
    (2, {"birth_date": "2015-13-01"}),
    (2, {"birth_date": "2015"}),
    (2, {"birth_date": "1890"}),
    (2, {"sex": "X"}),
    (2, {"sex": ""}),
    (2, {"relationship": "reference"}),
    (2, {"caregiver_no": "9"}),
    (2, {"person_no": "1"}),
    (2, {"marital_status": "married"}),
    (2, {"linked_to": "H1/1"}),
    (2, {"given_names": "Tha\x07bo"}),
    (2, {"surname": "#N/A"}),
    (1, {"national_id": "88051400001"}),
    (2, {"school_attending": ""}),
]


def planted(payload):
    """One household for each fact, alike in nothing, and at the end one that tells of the first again."""
    told = []
    for number, (row, columns) in enumerate(PLANTED):
        one = deepcopy(payload)
        for place, member in enumerate(one["members"]):
            member["given_names"] += f" {chr(97 + number // 26)}{chr(97 + number % 26)}"
            if place == 0:
                member["national_id"] = f"00880514{number:05}"
        part = one["members"][row - 1] if row else one["household"]
        part |= columns
        told.append(one)
    again = deepcopy(told[0])
    again["members"][0]["national_id"] = ""
    return [*told, again]


def found(rows):
    return [(row.status, sorted(row.issues.values_list("code", "severity", "path"))) for row in rows.order_by("id")]


@pytest.fixture
def device(db_or_committed, officer):
    given, _ = devices.give(
        uuid=uuid4(),
        name="Phone",
        user_id=officer.user_id,
        expires_at=TOLD_AT + timedelta(days=30),
        actor=SYSTEM,
        at=TOLD_AT,
    )
    return given


def by_phone(told, device, actor):
    """Through the device door: kept one by one, then taken in together."""
    for one in told:
        device_forms.receive(xml=xml_of(one), attached=[], device=device, tell=list, actor=actor, at=TOLD_AT)
    assert device_intake.take_in_waiting(at=TOLD_AT) == len(told)
    return found(Submission.objects.all())


def test_form_files_workbook_api_and_phone_find_the_same_in_the_same_facts(
    payload, officer, device, write_files, write_workbook, bring_in
):
    told = planted(payload)

    with transaction.atomic():
        for one in told:
            submissions.receive(uuid=uuid4(), door="form", payload=deepcopy(one), actor=officer, at=TOLD_AT)
        by_form = found(Submission.objects.all())
        transaction.set_rollback(True)
    with transaction.atomic():
        body = json.dumps({"households": told})
        payloads, faults = payloads_of(json.loads(body, parse_int=str))
        bundles.receive(key=uuid4(), body=body.encode(), payloads=payloads, actor=officer, at=TOLD_AT)
        by_api = found(Submission.objects.all())
        transaction.set_rollback(True)
    # XML knows no control characters, so a form that holds one never arrives: everything else does.
    (unsayable,) = [number for number, (_, columns) in enumerate(PLANTED) if "\x07" in "".join(columns.values())]
    with pytest.raises(device_forms.UnreadableForm):
        damaged = xml_of(told[unsayable]).replace(b"Thabo", b"Tha\x07bo")
        device_forms.receive(xml=damaged, attached=[], device=device, tell=list, actor=officer, at=TOLD_AT)
    with transaction.atomic():
        by_odk = by_phone([one for number, one in enumerate(told) if number != unsayable], device, officer)
        transaction.set_rollback(True)
    with transaction.atomic():
        bring_in(write_workbook(*told), actor=officer)
        by_workbook = found(Submission.objects.all())
        transaction.set_rollback(True)
    bring_in(*write_files(*told), actor=officer)
    by_file = found(Submission.objects.all())

    assert faults == []
    assert by_api == by_form
    assert by_file == by_form
    assert by_odk == [one for number, one in enumerate(by_form) if number != unsayable]
    assert by_workbook == by_form
    assert {status for status, _ in by_form} == {"accepted", "in_review", "refused"}
    assert [number for number, (_, issues) in enumerate(by_form) if not issues] == [0, 16]
    assert "possible_duplicate" in {code for code, _, _ in by_form[-1][1]}
