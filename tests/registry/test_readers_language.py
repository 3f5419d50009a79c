"""Messages of checks come in the reader's language: the person's choice, the program's header, else English."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
import yaml
from django.conf import settings
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import gettext

from core import own_words, reader
from core.actions import users
from core.models import AuditEntry, User
from core.queries.access import actor_of
from registry.actions import submissions
from registry.queries.said import translator
from tests.core_pages.conftest import words
from tests.fixtures.people import AT

ENGLISH = "This spouse is younger than 15."
SESOTHO = "Molekane enoa o ka tlase ho lilemo tse 15."
OURS, OURS_SESOTHO = "This must be answered.", "Potso ena e tlameha ho arajoa."
UNKNOWN = "This cell holds characters that cannot be printed."


def test_a_message_is_told_in_the_readers_language_and_in_english_where_there_is_no_other(db):
    with reader.reading_in("st"):
        said = translator()
        assert (said(ENGLISH), said(OURS), said(UNKNOWN), said("")) == (SESOTHO, OURS_SESOTHO, UNKNOWN, "")
        assert said("“many” is not a whole number.") == "“many” ha se palo e felletseng."
        assert said("“x” is not a known code. Possible: a, b.") == "“x” ha se khoutu e tsejoang. Tse ka ngoloang: a, b."
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
    assert "are drafts: nobody who speaks it has checked them" in page.content.decode()
    shown = words(client.get(address))
    assert SESOTHO in shown and ENGLISH not in shown
    assert told.issues.filter(message=ENGLISH).exists()  # what was found is kept as it was found
    assert client.post("/my-language/", {"language": "fr"}).status_code == 422


def test_the_officers_form_speaks_the_language_that_was_chosen(client, district_officer, village):
    client.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")
    users.choose_language(language="st", actor=actor_of(user_id=district_officer.pk), at=AT)
    uuid = uuid4()
    submissions.save_draft(
        uuid=uuid, payload={"household": {"area_code": village.code}, "members": []}, at=AT,
        actor=actor_of(user_id=district_officer.pk),
    )  # fmt: skip
    page = words(client.get(reverse("registry:draft_member_add", args=[uuid])))
    for sesotho, english in (
        ("Mabitso", "Given names"), ("Fane", "Surname"), ("Boleng", "Sex"), ("E motšehali", "Female"),
        ("Letsatsi la tsoalo", "Date of birth"), ("Boemo ba lenyalo", "Marital status"),
    ):  # fmt: skip
        assert sesotho in page and english not in page
    assert 'lang="st"' in client.get(reverse("registry:draft_member_add", args=[uuid])).content.decode()
    refused = words(client.post(reverse("registry:draft_member_add", args=[uuid]), {"person_no": "1"}))
    assert "Ngola mabitso." in refused and "Enter the given names." not in refused


def test_other_readers_of_the_same_process_read_english(client, district_officer, village):
    client.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")
    with own_words.speaking("st"):
        assert gettext("Surname") == "Fane"
    assert gettext("Surname") == "Surname"
    assert 'lang="en' in client.get("/my-language/").content.decode()


def test_what_the_pack_says_otherwise_is_english_as_the_program_says_it():
    """A word that the program does not say (any more) is said to nobody: it is found here."""
    told = own_words.words("st")
    assert told is not None and not told.checked
    source = "\n".join(
        path.read_text()
        for package in ("core", "registry")
        for path in (settings.BASE_DIR / package).rglob("*")
        if path.suffix in (".py", ".html") and "migrations" not in path.parts
    )
    said = re.sub(r'"\s*\n\s*f?"', "", source)
    assert [word for word in told.pages if word not in said and word.replace('"', '\\"') not in said] == []
    # What a message names stands in quotation marks that are put around it where it is read.
    parts = [part.strip("“”") for message in _issues() for part in re.split(r"\{\d\}", message) if len(part) > 3]
    assert [part for part in parts if part not in said] == []


def _issues() -> list[str]:
    return list(yaml.safe_load((settings.COUNTRY_PACK_DIR / "words.st.yaml").read_text())["issues"])


def test_a_language_without_words_and_one_that_is_no_language_change_nothing():
    for code in ("", "en", "xx", "../pack"):
        with own_words.speaking(code):
            assert gettext("Surname") == "Surname"
        assert not own_words.unchecked(code)


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
