"""What a household agrees to is kept with who said so and how; taking it back stops sharing, not what is due."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError
from lxml import html

from core.access.actor import SYSTEM, Actor
from core.acting import acting
from core.models import AuditEntry, User
from registry.actions import changes as act
from registry.models import ChangeRequest, Consent, Household, PrivacyNotice
from registry.queries import feed
from tests.fixtures.people import BrokenAudit

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
Ask = Callable[..., ChangeRequest]


@pytest.fixture
def home(an_accepted_household) -> Household:
    return an_accepted_household.household


@pytest.fixture
def mother(home: Household) -> str:
    return str(home.memberships.get(is_reference=True).person.reference)


@pytest.fixture
def ask(officer: Actor, home: Household) -> Ask:
    def make(kind: str, **texts: str) -> ChangeRequest:
        return act.request(
            uuid=uuid4(), kind=kind, household_id=home.pk, texts=texts, seen_versions=None,
            reason="Told at the office.", actor=officer, at=AT,
        )  # fmt: skip

    return make


@pytest.fixture
def told(mother: str) -> dict[str, str]:
    notice = PrivacyNotice.objects.order_by("id")[0]
    return {"notice": str(notice.pk), "purposes": "sharing;contact", "given_by": mother, "how": "signature"}


def test_consent_is_kept_with_text_purposes_giver_and_manner(home, ask, told, mother):
    assert ask("give_consent", **told | {"how": "thumbprint", "witness": "Chief Lebohang"}).status == "applied"
    kept = Consent.objects.get(household=home)
    assert (kept.purposes, kept.given_by.reference, kept.how, kept.witness, kept.from_on) == (
        ["contact", "sharing"], mother, "thumbprint", "Chief Lebohang", AT.date(),
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="change.apply", details__kind="give_consent").exists()


def test_a_newer_consent_ends_the_former_one(home, ask, told):
    ask("give_consent", **told)
    ask("give_consent", **told | {"purposes": "research"})
    former, now = Consent.objects.order_by("id")
    assert (former.until_on, former.end_reason, now.until_on) == (AT.date(), "renewed", None)
    assert not Household.objects.get(pk=home.pk).is_shared  # sharing was not agreed to this time


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"how": "thumbprint"}, "Name the witness"),
        ({"purposes": ""}, "must be answered"),
        ({"purposes": "everything"}, "not a known code"),
        ({"notice": "999999"}, "not a known code"),
        ({"given_by": "PN-none"}, "not a known code"),
    ],
)
def test_what_cannot_be_agreed_is_refused_with_a_sentence(ask, told, more, sentence):
    with pytest.raises(act.DetailsWrong, match=sentence):
        ask("give_consent", **told | more)
    assert not Consent.objects.exists()


def test_a_child_gives_no_consent(home, ask, told):
    child = home.memberships.get(is_reference=False).person
    with pytest.raises(act.DetailsWrong, match="not a known code"):
        ask("give_consent", **told | {"given_by": child.reference})


def test_withdrawal_takes_effect_at_once_and_partners_are_told_nothing_more(home, ask, told, mother, officer):
    ask("give_consent", **told)
    assert ask("withdraw_consent", withdrawn_by=mother).status == "applied"
    home.refresh_from_db()
    kept = Consent.objects.get()
    assert (home.is_shared, kept.until_on, kept.end_reason) == (False, AT.date(), "withdrawn")
    assert feed.one(actor=officer, reference=home.reference) is None
    assert home.accounts.filter(until_on__isnull=True).exists()  # it is paid as before


def test_the_households_page_tells_who_agreed_how_and_who_took_it_back(home, ask, told, mother, officer, client):
    client.force_login(User.objects.get(pk=officer.user_id), backend="django.contrib.auth.backends.ModelBackend")
    name = str(home.memberships.get(is_reference=True).person)

    def page() -> str:
        main = html.document_fromstring(client.get(f"/registry/households/{home.reference}/").content)
        return " ".join(main.xpath("//main")[0].text_content().split())

    ask("give_consent", **told | {"how": "thumbprint", "witness": "Chief Lebohang"})
    given = page()
    assert f"Given by {name}" in given and "Thumbprint, with a witness: Chief Lebohang" in given
    assert "Text read out 2026-01" in given and "Withdrawn" not in given
    ask("withdraw_consent", withdrawn_by=mother)
    taken_back = page()
    assert "Shared with partners No" in taken_back and f"Consent withdrawn 10 November 2026 by {name}" in taken_back
    assert f"{name}, Thumbprint, with a witness: Chief Lebohang, 10 November 2026 to 10 November 2026 (withdrawn)" in (
        taken_back
    )


def test_whoever_never_was_asked_may_withdraw_all_the_same_once(home, ask, mother):
    ask("withdraw_consent", withdrawn_by=mother)
    assert not Household.objects.get(pk=home.pk).is_shared
    with pytest.raises(act.DetailsWrong, match="no consent to withdraw"):
        ask("withdraw_consent", withdrawn_by=mother)


def test_the_feed_names_those_that_are_not_shared_and_tells_nothing_of_them(committed_db, home, ask, mother, officer):
    ask("withdraw_consent", withdrawn_by=mother)
    for _ in range(300):  # a feed waits for whatever is being written anywhere on the server
        found = feed.changed(actor=officer)
        if found.not_shared:
            break
        time.sleep(0.2)
    assert home.reference in found.not_shared
    assert home.pk not in [one.pk for one in found.households]


def test_the_database_keeps_what_was_agreed_to(ask, told):
    ask("give_consent", **told)
    with pytest.raises(IntegrityError, match="never changes"), acting(actor=SYSTEM, at=AT):
        Consent.objects.update(purposes=["research"])


def test_the_database_asks_for_a_witness_where_nobody_signed(home, ask, told):
    ask("give_consent", **told)
    with pytest.raises(IntegrityError, match="registry_consent_witnessed"), acting(actor=SYSTEM, at=AT):
        kept = Consent.objects.get()
        kept.pk, kept.how, kept.until_on = None, "witness", AT.date()
        kept.save(force_insert=True)


def test_nothing_is_withdrawn_when_the_audit_record_fails(
    committed_db, home, ask, told, mother, broken_audit: BrokenAudit
):
    ask("give_consent", **told)
    with broken_audit(), pytest.raises(IntegrityError):
        ask("withdraw_consent", withdrawn_by=mother)
    home.refresh_from_db()
    assert home.is_shared
    assert Consent.objects.get().until_on is None
