"""Questionnaire versions in pages: read, drafted, changed, tried, compared, published by a second person."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import Area, AuditEntry, User
from registry.actions import questionnaires as act
from registry.models import QuestionnaireVersion
from registry.questionnaire.drafting import copy_of, put, remove
from tests.fixtures.people import AT, AsActor, BrokenAudit, MakeUser
from tests.registry_pages.conftest import SignIn, posted_form, text_of


@pytest.fixture
def author(make_user: MakeUser) -> User:
    return make_user(Role.PROGRAMME_MANAGER, name="Author of drafts")


@pytest.fixture
def second(make_user: MakeUser) -> User:
    return make_user(Role.PROGRAMME_MANAGER, name="Second manager")


@pytest.fixture
def in_force(db_or_committed: None) -> QuestionnaireVersion:
    return QuestionnaireVersion.objects.get(status="published")


@pytest.fixture
def a_draft(author: User, as_actor: AsActor, in_force: QuestionnaireVersion) -> QuestionnaireVersion:
    content = copy_of(in_force.content, code="2027.1", label={"en": "Questionnaire of 2027"})
    return act.draft(content=content, actor=as_actor(author), at=AT)


@pytest.fixture
def bench(sign_in: SignIn, author: User) -> Client:
    return sign_in(author)


def page(name: str, *args: str) -> str:
    return reverse(f"registry:questionnaire{name}", args=args)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_who_sees_the_registry_reads_versions_and_only_managers_see_drafts(
    role: Role, make_user: MakeUser, sign_in: SignIn, a_draft: QuestionnaireVersion, in_force: QuestionnaireVersion
) -> None:
    user = make_user(role)
    client = sign_in(user)
    sees = role.permissions & {p for p in role.permissions if p.codename == "registry_view"}
    assert client.get(page("", in_force.code)).status_code == (200 if sees else 403)
    manages = role is Role.PROGRAMME_MANAGER
    expected = 200 if manages else 404 if sees else 403
    assert client.get(page("", a_draft.code)).status_code == expected
    assert client.get(page("_question_add", a_draft.code)).status_code == (200 if manages else 403)


def test_a_manager_of_one_district_changes_nothing_for_the_country(
    make_user: MakeUser, as_actor: AsActor, district: Area, a_draft: QuestionnaireVersion
) -> None:
    actor = as_actor(make_user(Role.PROGRAMME_MANAGER, district))
    with pytest.raises(NotPermitted):
        act.publish(code=a_draft.code, seen_digest=a_draft.digest, actor=actor, at=AT)
    with pytest.raises(NotPermitted):
        act.give_up(code=a_draft.code, actor=actor, at=AT)


def test_a_version_is_read_in_words(desk: Client, in_force: QuestionnaireVersion) -> None:
    said = text_of(desk.get(page("", in_force.code)))
    assert "Who owns the dwelling?" in said
    assert "Asked only when: completed years on the day of the interview is from 4 to 25" in said
    assert "Nobody is named as the reference person." in said


def test_a_draft_is_made_and_a_question_added_changed_moved_and_removed(
    bench: Client, in_force: QuestionnaireVersion
) -> None:
    made = bench.post(page("_copy", in_force.code), {"code": "2027.1", "label": "Of 2027"})
    assert made["Location"] == page("", "2027.1")
    add = page("_question_add", "2027.1")
    new = posted_form(bench.get(add)) | {
        "code": "drone", "label_en": "A drone?", "section": "goods", "type": "boolean", "relevant_when": "size >= 1",
    }  # fmt: skip
    assert bench.post(add, new).status_code == 302
    edit = page("_question", "2027.1", "drone")
    changed = posted_form(bench.get(edit)) | {"label_en": "A flying drone?"}
    assert bench.post(edit, changed).status_code == 302
    seen = QuestionnaireVersion.objects.get(code="2027.1")
    assert "A flying drone?" in text_of(bench.get(page("", "2027.1")))
    bench.post(page("_question_move", "2027.1", "drone"), {"seen": seen.digest, "way": "up"})
    moved = QuestionnaireVersion.objects.get(code="2027.1")
    codes = [row["code"] for row in moved.content["questions"]]
    assert codes.index("drone") == codes.index("vehicle") - 1
    bench.post(page("_question_remove", "2027.1", "drone"), {"seen": moved.digest})
    assert [row["code"] for row in QuestionnaireVersion.objects.get(code="2027.1").content["questions"]] == [
        row["code"] for row in in_force.content["questions"]
    ]


def test_an_untouched_form_changes_nothing(bench: Client, a_draft: QuestionnaireVersion) -> None:
    for code in ("rooms", "tenure", "wg_seeing", "school_attending", "shocks", "chronic_illness"):
        edit = page("_question", a_draft.code, code)
        assert bench.post(edit, posted_form(bench.get(edit))).status_code == 302
        assert QuestionnaireVersion.objects.get(code=a_draft.code).digest == a_draft.digest, code


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"relevant_when": "ag >= 5"}, "ag"),
        ({"relevant_when": "sex = 5"}, "sex"),
        ({"relevant_when": "rooms >= 2"}, "The rule asks for the answer of its own question."),
        ({"code": "age"}, "is a name of the register itself"),
        ({"code": "tenure"}, "is there already"),
        ({"min": "9", "max": "3"}, "The greatest value is less than the least."),
        ({"type": "choice"}, "The question has no choices."),
    ],
)
def test_what_is_wrong_with_a_question_is_said_and_nothing_is_kept(
    told: dict[str, str], sentence: str, bench: Client, a_draft: QuestionnaireVersion
) -> None:
    edit = page("_question", a_draft.code, "rooms")
    response = bench.post(edit, posted_form(bench.get(edit)) | told)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert QuestionnaireVersion.objects.get(code=a_draft.code).digest == a_draft.digest


def test_two_who_change_the_same_draft_are_told(bench: Client, second: User, sign_in: SignIn, a_draft) -> None:
    edit = page("_check", a_draft.code, "rooms_many")
    mine, others = posted_form(bench.get(edit)), sign_in(second)
    others.post(edit, posted_form(others.get(edit)) | {"must": "rooms <= 12"})
    late = bench.post(edit, mine | {"must": "rooms <= 14"})
    assert late.status_code == 409
    assert "Somebody changed this draft since you opened it." in text_of(late)


def test_a_draft_with_troubles_lists_them_and_is_not_published(
    a_draft: QuestionnaireVersion, author: User, second: User, as_actor: AsActor, sign_in: SignIn
) -> None:
    changed = act.change(
        code=a_draft.code, edit=remove("question", "rooms"), what="", seen_digest=a_draft.digest,
        actor=as_actor(author), at=AT,
    )  # fmt: skip
    said = text_of(sign_in(second).get(page("", a_draft.code)))
    assert "What is wrong with this draft" in said
    assert "rooms_many" in said
    with pytest.raises(act.DraftHasProblems, match="rooms"):
        act.publish(code=a_draft.code, seen_digest=changed.digest, actor=as_actor(second), at=AT)


def test_a_second_person_publishes_and_the_old_version_retires(
    a_draft: QuestionnaireVersion, in_force: QuestionnaireVersion, second: User, sign_in: SignIn
) -> None:
    client = sign_in(second)
    address = page("_publish", a_draft.code)
    response = client.post(address, posted_form(client.get(address)))
    assert response["Location"] == page("", a_draft.code)
    a_draft.refresh_from_db()
    in_force.refresh_from_db()
    assert (a_draft.status, in_force.status) == ("published", "retired")
    assert a_draft.published_by == second


def test_who_changed_a_draft_last_does_not_publish_it(
    bench: Client, a_draft: QuestionnaireVersion, in_force: QuestionnaireVersion, author: User
) -> None:
    response = bench.post(page("_publish", a_draft.code), {"seen": a_draft.digest})
    assert response.status_code == 409
    assert "You changed this draft last" in text_of(response)
    with pytest.raises(DatabaseError, match="four_eyes"), transaction.atomic(), acting(actor=SYSTEM, at=AT):
        QuestionnaireVersion.objects.filter(pk=in_force.pk).update(status="retired")
        QuestionnaireVersion.objects.filter(pk=a_draft.pk).update(status="published", published_by=author)


def test_publishing_twice_writes_once_and_what_was_not_seen_is_not_published(
    a_draft: QuestionnaireVersion, second: User, as_actor: AsActor
) -> None:
    actor = as_actor(second)
    with pytest.raises(act.DraftChanged):
        act.publish(code=a_draft.code, seen_digest="0" * 64, actor=actor, at=AT)
    for _twice in range(2):
        act.publish(code=a_draft.code, seen_digest=a_draft.digest, actor=actor, at=AT)
    assert AuditEntry.objects.filter(action="questionnaire.publish", actor_id=second.pk).count() == 1


def test_the_database_keeps_a_published_version_as_it_is(in_force: QuestionnaireVersion) -> None:
    for change in ({"content": {}}, {"code": "other"}):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), acting(actor=SYSTEM, at=AT):
            QuestionnaireVersion.objects.filter(pk=in_force.pk).update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), acting(actor=SYSTEM, at=AT):
        QuestionnaireVersion.objects.filter(pk=in_force.pk).delete()


def test_a_person_cannot_publish_past_the_draft(author: User, as_actor: AsActor, in_force) -> None:
    with pytest.raises(NotPermitted):
        act.load(content=in_force.content | {"version": "x"}, actor=as_actor(author), at=AT)


def test_publishing_changes_nothing_when_the_audit_record_fails(
    committed_db: None, a_draft: QuestionnaireVersion, second: User, as_actor: AsActor, broken_audit: BrokenAudit
) -> None:
    actor = as_actor(second)
    with broken_audit(), pytest.raises(DatabaseError):
        act.publish(code=a_draft.code, seen_digest=a_draft.digest, actor=actor, at=AT)
    a_draft.refresh_from_db()
    assert a_draft.status == "draft"
    assert QuestionnaireVersion.objects.get(status="published").code != a_draft.code


def test_two_versions_are_compared_in_words(bench: Client, a_draft, in_force, author: User, as_actor: AsActor) -> None:
    rooms = next(row for row in in_force.content["questions"] if row["code"] == "rooms")
    edit = put("question", rooms | {"max": 20, "relevant_when": "size >= 2"}, instead_of="rooms")
    act.change(
        code=a_draft.code, edit=edit, what="", seen_digest=a_draft.digest, actor=as_actor(author), at=AT
    )  # fmt: skip
    said = text_of(bench.get(page("_compare", a_draft.code), {"with": in_force.code}))
    for part in ("Greatest value", "30", "20", "persons who count is at least 2"):
        assert part in said


def test_trying_asks_by_the_rules_and_keeps_nothing(bench: Client, in_force: QuestionnaireVersion) -> None:
    address = page("_try", in_force.code)
    baby = bench.post(address, {"birth_date": "2026-01-01", "relationship": "child", "rooms": "20"})
    assert "More than 15 rooms is unusual." in text_of(baby)
    assert "attending school" not in text_of(baby)
    pupil = bench.post(address, {"birth_date": "2015-01-01", "relationship": "child"})
    assert "attending school" in text_of(pupil)


def test_the_dictionary_names_every_column(desk: Client, in_force: QuestionnaireVersion) -> None:
    rows = list(
        csv.DictReader(io.StringIO(desk.get(page("_dictionary_csv", in_force.code)).content.decode("utf-8-sig")))
    )
    codes = {row["code"] for row in rows}
    assert {row["code"] for row in in_force.content["questions"]} | {"national_id", "area_code"} <= codes
    assert "How many rooms" in text_of(desk.get(page("_dictionary", in_force.code)))


def test_the_template_has_the_columns_of_the_import_as_text_with_drop_downs(
    desk: Client, in_force: QuestionnaireVersion
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(desk.get(page("_template", in_force.code)).content))
    persons = book["persons"]
    headers = {cell.value: cell.column_letter for cell in persons[1]}
    assert {"household_no", "national_id", "birth_date", "wg_seeing"} <= set(headers)
    assert "rooms" in {cell.value for cell in book["households"][1]}
    for name in ("national_id", "birth_date"):
        assert persons.column_dimensions[headers[name]].width
        assert persons[f"{headers[name]}1"].comment is not None
    assert any(headers["sex"] in str(rule.sqref) for rule in persons.data_validations.dataValidation)
    assert persons.freeze_panes == "C2"


def test_an_xlsform_downloaded_and_sent_again_is_the_same_draft(
    bench: Client, in_force: QuestionnaireVersion, uploaded: Callable[..., object]
) -> None:
    file = bench.get(page("_xlsform", in_force.code)).content
    response = bench.post(page("_upload"), {"code": "2028.1", "file": uploaded(file)})
    assert response["Location"] == page("", "2028.1")
    said = text_of(bench.get(page("_compare", "2028.1"), {"with": in_force.code}))
    assert "Both ask and check the same." in said


def test_a_form_that_is_no_workbook_is_refused_in_words(bench: Client, uploaded: Callable[..., object]) -> None:
    response = bench.post(page("_upload"), {"code": "2028.1", "file": uploaded(b"PK\x03\x04 no")})
    assert response.status_code == 422
    assert "This is not an XLSX workbook." in text_of(response)


@pytest.fixture
def uploaded() -> Callable[[bytes], object]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return lambda content: SimpleUploadedFile("form.xlsx", content)
