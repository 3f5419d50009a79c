"""A version with a new question, published by a second person: it is everywhere, and earlier answers are carried."""

import csv
import io
import json
from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.actions import devices
from core.models import AuditEntry
from core.rules import parse
from registry.actions import bundles, changes, device_forms, device_intake, questionnaires, submissions
from registry.api.decoding import payloads_of
from registry.changes import KINDS
from registry.intake import carrying
from registry.intake.vocabulary import Level
from registry.models import Household, QuestionnaireVersion, Submission
from registry.openrosa import blank_forms
from registry.queries import carrying as ways
from registry.queries import changes as changes_queries
from registry.queries import questionnaires as published
from registry.questionnaire import sql
from registry.questionnaire.carrying import carry_along
from registry.questionnaire.drafting import copy_of, put, put_mapping, remove
from registry.xlsform import sheets_of, to_xform
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.filled import xml_of

LAMPS = {
    "code": "solar_lamps",
    "level": "household",
    "section": "goods",
    "label": {"en": "How many solar lamps?"},
    "type": "integer",
    "required": True,
    "min": 0,
    "max": 20,
}


@pytest.fixture
def in_force(db_or_committed):
    return QuestionnaireVersion.objects.get(status="published")


@pytest.fixture
def publish(make_user, as_actor, in_force):
    """``publish(edit, ...)``: a copy of the version in force with these edits, published by a second person."""

    def make(*edits, code="2027.1"):
        author, second = (as_actor(make_user(Role.PROGRAMME_MANAGER)) for _two in range(2))
        now = QuestionnaireVersion.objects.get(status="published")
        content = copy_of(now.content, code=code, label={"en": "Another"})
        for edit in edits:
            content = edit(content)
        draft = questionnaires.draft(content=content, actor=author, at=TOLD_AT)
        with pytest.raises(questionnaires.SameEditor):
            questionnaires.publish(code=draft.code, seen_digest=draft.digest, actor=author, at=TOLD_AT)
        return questionnaires.publish(code=draft.code, seen_digest=draft.digest, actor=second, at=TOLD_AT)

    return make


@pytest.fixture
def signed_in(make_user):
    def make(role, *scope):
        client = Client()
        client.force_login(make_user(role, *scope), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def by_phone(officer):
    """``by_phone(payload)``: the officer's phone sends it as a form of the version in force, and it is taken in."""
    given, _password = devices.give(
        uuid=uuid4(),
        name="Phone",
        user_id=officer.user_id,
        expires_at=TOLD_AT + timedelta(days=30),
        actor=SYSTEM,
        at=TOLD_AT,
    )

    def send(told):
        device_forms.receive(xml=xml_of(told), attached=[], device=given, tell=list, actor=officer, at=TOLD_AT)
        assert device_intake.take_in_waiting(at=TOLD_AT) == 1

    return send


# -- a new question is everywhere


def test_a_new_question_is_asked_and_taken_in_by_every_way(
    publish, payload, officer, district_officer, signed_in, write_files, bring_in, by_phone, district
):
    version = publish(put("question", LAMPS))
    reader = signed_in(Role.PROGRAMME_MANAGER)

    # form
    desk = Client()
    desk.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")
    draft = submissions.save_draft(uuid=uuid4(), payload={"household": {}, "members": []}, actor=officer, at=TOLD_AT)
    page = desk.get(reverse("registry:draft_section", args=[draft.uuid, "goods"])).content.decode()
    assert LAMPS["label"]["en"] in page
    # template
    book = reader.get(reverse("registry:questionnaire_template", args=[version.code])).content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    assert "solar_lamps" in [cell.value for row in sheet.iter_rows(max_row=3) for cell in row]
    # form for devices
    assert "solar_lamps" in to_xform(sheets_of(version.content, languages={"en": "English"}))
    assert b"solar_lamps" in blank_forms.blank_form(version).xml
    # API schema
    schema = json.loads(reader.get(reverse("api:schema"), headers={"Accept": "application/json"}).content)
    told = json.dumps(schema["components"]["schemas"])
    assert "solar_lamps" in told
    # vocabulary of rules
    words = published.content(version).vocabulary(Level.HOUSEHOLD)
    assert parse("solar_lamps >= 2", vocabulary=words).names == {"solar_lamps"}
    # dictionary
    rows = csv.reader(
        io.StringIO(reader.get(reverse("registry:questionnaire_dictionary_csv", args=[version.code])).content.decode())
    )
    assert "solar_lamps" in [cell for row in rows for cell in row]

    # and an answer to it, by every way
    told = []
    for number in range(4):
        one = deepcopy(payload)
        one["household"]["solar_lamps"] = str(number + 1)
        for member in one["members"]:
            member["given_names"] += "abcd"[number]
        one["members"][0]["national_id"] = ""
        told.append(one)
    submissions.receive(uuid=uuid4(), door="form", payload=told[0], actor=officer, at=TOLD_AT)
    body = json.dumps({"households": [told[1]]})
    payloads, _faults = payloads_of(json.loads(body, parse_int=str))
    bundles.receive(key=uuid4(), body=body.encode(), payloads=payloads, actor=officer, at=TOLD_AT)
    bring_in(*write_files(told[2]), actor=officer)
    by_phone(told[3])
    sent = Submission.objects.exclude(status="draft").order_by("id")
    assert [(one.door, one.status, one.household and one.household.answers["solar_lamps"]) for one in sent] == [
        ("form", "accepted", 1),
        ("api", "accepted", 2),
        ("import", "accepted", 3),
        ("odk", "accepted", 4),
    ], [str(issue) for one in sent for issue in one.issues.all()]
    out_of_range = deepcopy(told[0])
    out_of_range["household"]["solar_lamps"] = "21"
    found = submissions.receive(uuid=uuid4(), door="form", payload=out_of_range, actor=officer, at=TOLD_AT)
    assert "household/solar_lamps" in found.issues.values_list("path", flat=True)


# -- answers of an earlier version

COOKER = {"code": "cooker", "level": "household", "section": "goods", "label": {"en": "A cooker?"}, "type": "boolean",
          "required": True}  # fmt: skip
MAPPING = {
    "from": "",
    "questions": {"stove": "cooker", "radio": None},
    "choices": {"lighting": {"candles": "none"}, "shocks": {"flood": "drought"}},
}


@pytest.fixture
def renamed(publish, in_force):
    """The stove is asked as a cooker, the radio no more; candles count as none, floods as droughts."""
    return publish(
        remove("question", "stove"),
        remove("question", "radio"),
        put("question", COOKER),
        put_mapping(MAPPING | {"from": in_force.code}),
    )


def test_a_draft_begun_before_is_carried_over_and_sent(payload, officer, district_officer, in_force, request):
    payload["household"] |= {"shocks": "flood;death", "radio": "yes"}
    uuid = uuid4()
    submissions.save_draft(uuid=uuid, payload=payload, actor=officer, at=TOLD_AT)
    version = request.getfixturevalue("renamed")
    desk = Client()
    desk.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")

    said = desk.get(reverse("registry:draft", args=[uuid])).content.decode()
    assert "The questionnaire has changed since you began" in said
    assert "A radio?" in said
    assert Submission.objects.get().payload == payload  # looking keeps nothing
    assert submissions.submit_if_clean(uuid=uuid, actor=officer, at=TOLD_AT) == []
    household = Household.objects.get()
    assert household.questionnaire == version
    assert {name: household.answers.get(name) for name in ("cooker", "lighting", "shocks", "stove", "radio")} == {
        "cooker": False, "lighting": "none", "shocks": ["drought", "death"], "stove": None, "radio": None,
    }  # fmt: skip


def test_saving_a_page_keeps_the_carried_draft(payload, officer, district_officer, request):
    uuid = uuid4()
    submissions.save_draft(uuid=uuid, payload=payload, actor=officer, at=TOLD_AT)
    version = request.getfixturevalue("renamed")
    desk = Client()
    desk.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("registry:draft_contact", args=[uuid])
    assert desk.post(page, {"address": "Behind the clinic", "phone": "", "legacy_number": ""}).status_code == 302
    kept = Submission.objects.get()
    assert (kept.questionnaire, kept.payload["household"]["cooker"]) == (version, "no")
    assert "stove" not in kept.payload["household"]


def test_old_answers_keep_their_version_and_answering_anew_moves_them(an_accepted_household, officer, request):
    household = an_accepted_household.household
    version = request.getfixturevalue("renamed")
    household.refresh_from_db()
    assert (household.questionnaire.status, household.answers["stove"]) == ("retired", False)

    state = changes_queries.state_of(household, today=TOLD_AT.date())
    shown = {one.name: one.initial for one in KINDS["update_answers"].fields(state, None)}
    assert (shown["cooker"], shown["lighting"], "stove" in shown) == ("no", "none", False)
    asked = changes.request(
        uuid=uuid4(),
        household_id=household.pk,
        kind="update_answers",
        texts={name: text for name, text in shown.items() if text} | {"cooker": "yes"},
        reason="They bought a cooker.",
        seen_versions=changes_queries.versions(household),
        actor=officer,
        at=TOLD_AT,
    )
    household.refresh_from_db()
    assert (asked.status, household.questionnaire_id) == ("applied", version.pk)
    assert (household.answers["cooker"], "stove" in household.answers) == (True, False)
    assert AuditEntry.objects.filter(action="change.apply").count() == 1


ANSWERS = [
    {},
    {"stove": True, "radio": False, "lighting": "candles", "shocks": ["flood", "drought", "death"], "rooms": 3},
    {"lighting": "gas", "shocks": ["flood"], "stove": False},
    {"lighting": "gone", "shocks": [], "unknown": 1},
    {"shocks": ["gone"], "cattle": 7},
]


def test_the_database_reads_old_answers_as_the_slow_way_does(renamed, in_force):
    in_force.refresh_from_db()
    steps = ways.way(old=in_force, new=renamed)
    expression = sql.carried("a.answers", "a.version", {in_force.pk: steps}, Level.HOUSEHOLD)
    codes = {question.code for question in published.content(renamed).of(Level.HOUSEHOLD)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {expression} FROM unnest(%s::jsonb[]) WITH ORDINALITY AS t(answers, place)"
            " CROSS JOIN LATERAL (SELECT t.answers, %s::bigint AS version) a ORDER BY place",
            [[json.dumps(one) for one in ANSWERS], in_force.pk],
        )
        found = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
    slow = [dict(carry_along(one, steps).answers) for one in ANSWERS]
    assert [{code: one[code] for code in one if code in codes} for one in found] == slow


def test_a_version_that_renames_nothing_costs_nothing(publish, in_force):
    version = publish(put("question", LAMPS))
    in_force.refresh_from_db()
    steps = ways.way(old=in_force, new=version)
    assert sql.carried("answers", "version", {in_force.pk: steps}, Level.HOUSEHOLD) == "answers"


def test_the_way_leads_over_every_version_between(publish, in_force, renamed):
    last = publish(
        remove("question", "cooker"),
        put("question", COOKER | {"code": "kitchen"}),
        put_mapping({"from": renamed.code, "questions": {"cooker": "kitchen"}}),
        code="2028.1",
    )
    in_force.refresh_from_db()
    steps = ways.way(old=in_force, new=last)
    told = {"household": {"stove": "yes", "rooms": "2", "area_code": "X"}, "members": [{"given_names": "Neo"}]}
    found = carrying.carried(told, steps)
    assert found.payload == {
        "household": {"kitchen": "yes", "rooms": "2", "area_code": "X"},
        "members": [{"given_names": "Neo"}],
    }
    assert found.left == ()


def test_an_assessment_reads_old_answers_in_the_words_of_the_new_version(renamed, in_force):
    from eligibility.assessing.people import people

    in_force.refresh_from_db()
    of_persons = people(as_of=TOLD_AT.date(), used=(), ways={in_force.pk: ways.way(old=in_force, new=renamed)})
    assert "p.answers AS p_answers" in of_persons  # nothing about persons was renamed
