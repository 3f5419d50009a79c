"""What publishing a questionnaire does is said before somebody does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from core.access.actor import NotPermitted
from core.access.roles import Role
from core.models import Area, User
from registry.actions import questionnaires as act
from registry.actions import submissions
from registry.models import QuestionnaireVersion
from registry.queries import publishing, questionnaires
from registry.questionnaire.drafting import Edit, copy_of, put, remove
from registry.questionnaire.losing import How, losses
from tests.fixtures.people import AT, AsActor, MakeUser
from tests.registry_pages.conftest import SignIn, text_of

ON = AT.date()


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
def drafted(author: User, as_actor: AsActor, in_force: QuestionnaireVersion) -> Callable[..., QuestionnaireVersion]:
    """``drafted(edit, ...)``: a draft that differs from the version in force by these edits."""

    def make(*edits: Edit) -> QuestionnaireVersion:
        content = copy_of(in_force.content, code="2027.1", label={"en": "Questionnaire of 2027"})
        for edit in edits:
            content = edit(content)
        return act.draft(content=content, actor=as_actor(author), at=AT)

    return make


def question(version: QuestionnaireVersion, code: str) -> dict:
    return dict(next(row for row in version.content["questions"] if row["code"] == code))


def said(client: Client, draft: QuestionnaireVersion) -> str:
    return text_of(client.get(reverse("registry:questionnaire_publish", args=[draft.code])))


def test_a_draft_that_asks_the_same_touches_nothing(drafted, sign_in: SignIn, second: User) -> None:
    page = said(sign_in(second), drafted())
    assert "Every question is asked as before" in page
    assert "Nothing is under way that asks the version in force." in page
    assert "Rules stop working" not in page


def test_rules_that_read_a_question_that_goes_are_named(drafted, sign_in: SignIn, second: User, in_force) -> None:
    page = said(sign_in(second), drafted(remove("question", "heating_fuel")))
    assert "Rules stop working" in page
    assert "heating_fuel" in page and "No longer asked" in page
    assert "Child Grants Programme" in page
    assert "refused whole: fetch new templates" in page


def test_another_kind_of_answer_stops_the_rules_that_read_it(drafted, in_force, second: User, as_actor) -> None:
    fuel = question(in_force, "heating_fuel")
    fuel = {key: value for key, value in fuel.items() if key != "choices"} | {"type": "integer"}
    draft = drafted(put("question", fuel, instead_of="heating_fuel"))
    found = publishing.effects(actor=as_actor(second), old=in_force, new=draft, on=ON, at=AT)
    (loss,) = found.losses
    assert (loss.how, loss.now) == (How.TYPE, "integer")
    users = {use.label for use in found.used_by(loss)}
    assert users and users <= {use.label for use in found.uses if use.refused}


def test_a_question_that_no_rule_reads_stops_none(drafted, in_force, second: User, as_actor) -> None:
    draft = drafted(remove("question", "meals_per_day"))
    found = publishing.effects(actor=as_actor(second), old=in_force, new=draft, on=ON, at=AT)
    (loss,) = found.losses
    assert loss.how is How.GONE and found.used_by(loss) == []
    assert [use.label for use in found.uses if use.refused] == []
    assert found.uses, "the programmes of the pack have rules in force"


def test_a_new_question_that_must_be_answered_is_missing_in_old_files(drafted, sign_in, second, in_force) -> None:
    new = question(in_force, "radio") | {"code": "drone", "label": {"en": "A drone?"}}
    page = said(sign_in(second), drafted(put("question", new)))
    assert "Old templates and files lack what must be answered from now on: A drone? (drone)." in page


def test_open_drafts_and_those_that_lose_an_answer_are_counted(
    drafted, sign_in: SignIn, second: User, officer: User, as_actor: AsActor
) -> None:
    actor = as_actor(officer)
    for household in ({"meals_per_day": "2"}, {"rooms": "3"}):
        submissions.save_draft(uuid=uuid4(), payload={"household": household, "members": []}, actor=actor, at=AT)
    page = said(sign_in(second), drafted(remove("question", "meals_per_day")))
    assert "2 drafts of registrations are open." in page
    assert "1 of them holds an answer to a question named above, which is asked again." in page


def test_answers_of_members_count_too(drafted, second: User, in_force, officer: User, as_actor: AsActor) -> None:
    told = {"household": {}, "members": [{"person_no": "1", "chronic_illness": "no"}, {"person_no": "2"}]}
    submissions.save_draft(uuid=uuid4(), payload=told, actor=as_actor(officer), at=AT)
    draft = drafted(remove("question", "chronic_illness"))
    found = publishing.effects(actor=as_actor(second), old=in_force, new=draft, on=ON, at=AT)
    assert (found.under_way.drafts, found.under_way.drafts_touched) == (1, 1)


def test_a_draft_with_troubles_says_so_and_tells_no_effects(drafted, sign_in: SignIn, second: User) -> None:
    page = said(sign_in(second), drafted(remove("question", "rooms")))
    assert "This draft has troubles, so it cannot be published" in page
    assert "What it does to what is under way" not in page


def test_a_manager_of_one_district_is_told_no_counts_of_the_country(
    drafted, in_force, make_user: MakeUser, as_actor: AsActor, district: Area
) -> None:
    actor = as_actor(make_user(Role.PROGRAMME_MANAGER, district))
    with pytest.raises(NotPermitted):
        publishing.effects(actor=actor, old=in_force, new=drafted(), on=ON, at=datetime.now(UTC))


def test_answers_follow_a_question_that_is_renamed_and_rules_do_not(drafted, in_force) -> None:
    renamed = question(in_force, "radio") | {"code": "wireless"}
    draft = drafted(put("question", renamed, instead_of="radio"))
    before, after = questionnaires.content(in_force), questionnaires.content(draft)
    (loss,) = losses(before, after, mapping={"from": in_force.code, "questions": {"radio": "wireless"}})
    assert (loss.how, loss.now, loss.keeps_answers) == (How.RENAMED, "wireless", True)
    (loss,) = losses(before, after, mapping={"from": "another", "questions": {"radio": "wireless"}})
    assert loss.how is How.GONE


def test_a_choice_that_is_taken_away_is_a_loss_and_one_that_is_added_is_none(drafted, in_force) -> None:
    fuel = question(in_force, "tenure")
    draft = drafted(put("question", fuel | {"choices": fuel["choices"][:-1]}, instead_of="tenure"))
    before, after = questionnaires.content(in_force), questionnaires.content(draft)
    (loss,) = losses(before, after, mapping={})
    assert (loss.how, loss.now) == (How.CHOICES, "Other")
    assert losses(after, before, mapping={}) == ()
