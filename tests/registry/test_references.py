"""What rows name by number is there and stays, although it is looked up once a statement, not by foreign keys."""

import pytest
from django.db import IntegrityError, connection, transaction

from core.acting import acting
from core.models import Area
from registry.models import (
    Household,
    ImportBatch,
    Membership,
    PaymentAccount,
    Person,
    PersonIdentifier,
    PersonName,
    PrivacyNotice,
    QuestionnaireVersion,
    Submission,
    SubmissionMember,
)
from tests.fixtures.people import AT

NOBODY = 987_654_321

NAMED = [
    (Household, "area_id"),
    (Household, "district_id"),
    (Household, "questionnaire_id"),
    (Household, "privacy_notice_id"),
    (Person, "district_id"),
    (Person, "questionnaire_id"),
    (Membership, "district_id"),
    (Membership, "person_id"),
    (Membership, "household_id"),
    (Membership, "caregiver_id"),
    (Household, "consent_given_by_id"),
    (SubmissionMember, "submission_id"),
    (PaymentAccount, "district_id"),
    (PaymentAccount, "household_id"),
    (PaymentAccount, "holder_id"),
    (PersonName, "person_id"),
    (PersonIdentifier, "person_id"),
    (Submission, "batch_id"),
    (Submission, "questionnaire_id"),
    (Submission, "area_id"),
    (Submission, "district_id"),
    (Submission, "privacy_notice_id"),
]

#: Towards tables of millions: many rows that come together are looked up together, few one by one.
LARGE = [
    (Membership, "person_id"),
    (Membership, "household_id"),
    (Membership, "caregiver_id"),
    (Household, "consent_given_by_id"),
    (SubmissionMember, "submission_id"),
    (PaymentAccount, "household_id"),
    (PersonName, "person_id"),
]
MANY = 150


@pytest.fixture
def an_accepted_household(an_accepted_household, officer):
    """With another name and another number of its first member."""
    with acting(actor=officer, at=AT):
        first = Person.objects.order_by("id")[0]
        PersonName.objects.create(person=first, kind="birth", surname="Ntho")
        PersonIdentifier.objects.create(person=first, kind="passport", number="P1")
    return an_accepted_household


def refused(statement, params, actor):
    """The name of what refuses a statement, when it runs and not only at commit."""
    with (
        pytest.raises(IntegrityError) as error,
        acting(actor=actor, at=AT),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, params)
    return error.value.__cause__.diag.constraint_name


def copied(model, times=1, **instead):
    """A statement that enters the first row of a table so many times more, and another time with other values."""
    ours = {"id", "uuid", "reference", "national_id", "interim_number", "changed_xid", "source_key"}
    columns = [field.column for field in model._meta.concrete_fields if field.column not in ours]
    once = {
        Person: {"interim_number": "'X' || md5(random()::text)"},
        Membership: {"until_on": "from_on", "is_reference": "false"},
        Submission: {"status": "'received'", "household_id": "NULL::bigint", "decided_by_id": "NULL::bigint"},
        PaymentAccount: {"until_on": "from_on"},
        PersonName: {"kind": "md5(random()::text)"},
        PersonIdentifier: {"kind": "md5(random()::text)"},
        SubmissionMember: {"position": "nextval('registry_submission_id_seq')::int + 100"},
    }.get(model, {})
    names = list(dict.fromkeys([*columns, *once]))
    table = model._meta.db_table

    def row(values):
        return f"(SELECT {', '.join(values.get(name, name) for name in names)} FROM {table} ORDER BY id LIMIT 1)"

    rows = [row(once)] * times + ([row({**once, **instead})] if instead else [])
    return f"INSERT INTO {table} ({', '.join(names)}) {' UNION ALL '.join(rows)}"


@pytest.mark.parametrize(
    ("model", "column", "times"), [(*named, 1) for named in NAMED] + [(*named, MANY) for named in LARGE]
)
def test_a_row_that_names_what_is_not_there_is_refused_with_all_that_come_with_it(
    model, column, times, an_accepted_household, officer
):
    before = model.objects.count()
    with acting(actor=officer, at=AT), connection.cursor() as cursor:
        cursor.execute(copied(model, times))
    assert model.objects.count() == before + times

    found = refused(copied(model, times, **{column: str(NOBODY)}), [], officer)

    assert found == f"{model._meta.db_table}_{column}_refers"
    assert model.objects.count() == before + times


# Of an account neither household nor holder ever changes.
CHANGING = [named for named in NAMED if named not in ((PaymentAccount, "household_id"), (PaymentAccount, "holder_id"))]


@pytest.mark.parametrize(("model", "column"), CHANGING)
def test_a_row_that_is_there_cannot_come_to_name_what_is_not(model, column, an_accepted_household, officer):
    table = model._meta.db_table
    assert (
        refused(f"UPDATE {table} SET {column} = %s WHERE id = (SELECT min(id) FROM {table})", [NOBODY], officer)
        == f"{table}_{column}_refers"
    )


def a_draft(version, actor):
    with acting(actor=actor, at=AT):
        return QuestionnaireVersion.objects.create(code="draft", content=version.content, digest="0" * 64)


def test_nobody_is_registered_by_a_questionnaire_that_may_go_again(an_accepted_household, officer):
    published = QuestionnaireVersion.objects.first()
    draft = a_draft(published, officer)

    found = refused(copied(Person, questionnaire_id=str(draft.pk)), [], officer)

    assert found == "registry_person_questionnaire_id_refers"


@pytest.mark.parametrize("model", [Area, PrivacyNotice, ImportBatch, Person, Household, Submission])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id + 1000000"])
def test_what_others_name_is_never_removed_nor_given_another_number(model, statement, an_accepted_household, officer):
    table = model._meta.db_table
    assert refused(statement.format(table), [], officer) == f"{table}_stays"


NOT_THERE = "registry_submissionmember_person_id_refers"


def test_a_submission_does_not_go_on_while_a_member_names_a_person_who_is_not_there(an_accepted_household, officer):
    with acting(actor=officer, at=AT), connection.cursor() as cursor:
        cursor.execute(copied(SubmissionMember, 0, person_id=str(NOBODY)))  # who will be a new person is numbered first

    assert refused("UPDATE registry_submission SET decision_reason = 'because'", [], officer) == NOT_THERE


def test_a_member_does_not_come_to_name_a_person_who_is_not_there(an_accepted_household, officer):
    with acting(actor=officer, at=AT), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_submissionmember SET person_id = (SELECT max(id) FROM registry_person)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    named = "UPDATE registry_submissionmember SET person_id = %s"
    assert refused(f"SET CONSTRAINTS ALL IMMEDIATE; {named % NOBODY}", None, officer) == NOT_THERE
