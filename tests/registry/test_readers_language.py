"""Messages of checks come in the reader's language: the person's choice, the program's header, else English."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from core import reader
from core.actions import users
from core.models import AuditEntry, User
from core.queries.access import actor_of
from registry.queries.said import translator
from tests.core_pages.conftest import words
from tests.fixtures.people import AT

ENGLISH = "This spouse is younger than 15."
SESOTHO = "Molekane enoa o ka tlase ho lilemo tse 15."
OURS = "This must be answered."


def test_a_message_is_told_in_the_readers_language_and_in_english_where_there_is_no_other(db):
    with reader.reading_in("st"):
        said = translator()
        assert (said(ENGLISH), said(OURS), said("")) == (SESOTHO, OURS, "")
    with reader.reading_in("xx"):
        assert translator()(ENGLISH) == ENGLISH


def test_english_readers_ask_the_database_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert translator()(ENGLISH) == ENGLISH


@pytest.mark.parametrize(
    ("header", "code"),
    [("st", "st"), ("fr, st;q=0.5, en;q=0.1", "st"), ("en-GB,st;q=0.5", "en"), ("fr", ""), ("", ""), ("*;q=x", "")],
)
def test_a_header_chooses_the_first_language_that_is_offered(header, code):
    assert reader.accepted(header) == code


def test_a_person_chooses_a_language_and_reads_the_findings_in_it(client, district_officer, tell, payload):
    payload["members"][1]["relationship"] = "spouse"
    told = tell(payload)
    client.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/registry/submissions/{told.uuid}/"
    assert ENGLISH in words(client.get(address))
    page = client.post("/my-language/", {"language": "st"}, follow=True)
    assert "Your choice is kept." in words(page)
    shown = words(client.get(address))
    assert SESOTHO in shown and ENGLISH not in shown
    assert told.issues.filter(message=ENGLISH).exists()  # what was found is kept as it was found
    assert client.post("/my-language/", {"language": "fr"}).status_code == 422


def test_choosing_the_same_language_again_writes_nothing(district_officer):
    for _ in range(2):
        users.choose_language(language="st", actor=actor_of(user_id=district_officer.pk), at=AT)
    assert AuditEntry.objects.filter(action="user.language").count() == 1
    with pytest.raises(users.NotOffered):
        users.choose_language(language="fr", actor=actor_of(user_id=district_officer.pk), at=AT)


def test_no_language_is_chosen_when_the_audit_record_fails(committed_db, broken_audit, district_officer):
    with broken_audit(), pytest.raises(IntegrityError):
        users.choose_language(language="st", actor=actor_of(user_id=district_officer.pk), at=AT)
    assert User.objects.get(pk=district_officer.pk).language == ""
