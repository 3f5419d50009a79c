"""What people are told: drafted by one, published by another, from a day to come, and never changed after."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.access.actor import SYSTEM, Actor, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry
from registry.actions import changes, notices
from registry.actions.notices import Content
from registry.models import PrivacyNotice
from registry.queries import notices as queries
from registry.queries.changes import state_of
from registry.queries.questionnaires import notice_in_force

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
FROM = date(2026, 12, 1)
CONTENT = Content(
    texts={"en": "We keep less than before.", "st": "Re boloka tse fokolang."},
    legal_bases=[{"code": "public_task", "label": {"en": "Public task"}}],
    purposes=[{"code": "sharing", "label": {"en": "Other ministries may read it", "st": "Makala a ka bala"}}],
    in_force_from=FROM,
)


@pytest.fixture
def drafter(make_user, as_actor) -> Actor:
    return as_actor(make_user(Role.DATA_PROTECTION_OFFICER))


@pytest.fixture
def publisher(make_user, as_actor) -> Actor:
    return as_actor(make_user(Role.ADMINISTRATOR))


@pytest.fixture
def drafted(drafter: Actor) -> PrivacyNotice:
    return notices.draft(version="2026-12", content=CONTENT, actor=drafter, at=AT)


@pytest.fixture
def publish(publisher: Actor) -> Callable[..., PrivacyNotice]:
    def publish(notice: PrivacyNotice, *, actor: Actor = publisher, seen: str = "", at: datetime = AT):
        seen = seen or queries.digest_of(notice)
        return notices.publish(version=notice.version, seen_digest=seen, actor=actor, at=at)

    return publish


def acts(action: str) -> int:
    return AuditEntry.objects.filter(action=f"privacy_notice.{action}").count()


def test_one_drafts_another_publishes_and_it_counts_from_its_day_on(drafted, publish, drafter, publisher):
    assert drafted.status == "draft" and drafted.edited_by_id == drafter.user_id
    publish(drafted)
    kept = PrivacyNotice.objects.get(version="2026-12")
    assert (kept.status, kept.published_by_id, kept.published_at) == ("published", publisher.user_id, AT)
    assert notice_in_force(on=FROM - timedelta(days=1)).version == "2026-01"
    assert notice_in_force(on=FROM).version == "2026-12"
    row = AuditEntry.objects.get(action="privacy_notice.publish", actor_id=publisher.user_id)
    assert row.details["version"] == "2026-12" and "less than before" not in str(row.details)


def test_a_draft_is_in_force_on_no_day(drafted):
    assert notice_in_force(on=date(2030, 1, 1)).version == "2026-01"


def test_a_text_is_published_once(drafted, publish):
    for _ in range(2):
        publish(drafted)
    assert AuditEntry.objects.filter(action="privacy_notice.publish", details__version="2026-12").count() == 1


def test_who_changed_it_last_does_not_publish_it(drafted, publish, drafter, publisher):
    with pytest.raises(notices.SameEditor):
        publish(drafted, actor=drafter)
    changed = notices.change(
        version="2026-12", content=replace(CONTENT, texts=CONTENT.texts | {"en": "Still less."}),
        seen_digest=queries.digest_of(drafted), actor=publisher, at=AT,
    )  # fmt: skip
    with pytest.raises(notices.SameEditor):
        publish(changed)
    assert publish(changed, actor=drafter).status == "published"


def test_nothing_is_published_but_what_was_seen(drafted, publish, drafter):
    seen = queries.digest_of(drafted)
    later = replace(CONTENT, in_force_from=FROM + timedelta(days=1))
    notices.change(version="2026-12", content=later, seen_digest=seen, actor=drafter, at=AT)
    with pytest.raises(notices.DraftChanged):
        publish(drafted, seen=seen)
    with pytest.raises(notices.DraftChanged):
        notices.change(version="2026-12", content=CONTENT, seen_digest=seen, actor=drafter, at=AT)


def test_the_same_content_again_writes_nothing(drafted, publisher, drafter):
    notices.change(
        version="2026-12", content=CONTENT, seen_digest=queries.digest_of(drafted), actor=publisher, at=AT
    )  # fmt: skip
    assert PrivacyNotice.objects.get(version="2026-12").edited_by_id == drafter.user_id
    assert acts("edit") == 0


@pytest.mark.parametrize("day", [date(2026, 11, 9), date(2026, 11, 10)])
def test_a_text_never_counts_from_today_or_from_a_day_that_is_over(drafter, publish, day):
    late = notices.draft(version="late", content=replace(CONTENT, in_force_from=day), actor=drafter, at=AT)
    with pytest.raises(notices.TooSoon):
        publish(late)


def test_two_texts_never_begin_on_one_day(drafted, publish, drafter):
    other = notices.draft(version="other", content=CONTENT, actor=drafter, at=AT)
    publish(drafted)
    with pytest.raises(notices.DayTaken, match="2026-12"):
        publish(other)


def test_every_language_has_its_text(drafter, publish):
    half = notices.draft(version="half", content=replace(CONTENT, texts={"en": "Only this."}), actor=drafter, at=AT)
    with pytest.raises(notices.TextMissing, match="Sesotho"):
        publish(half)


def test_a_code_is_used_once_even_if_the_draft_is_given_up(drafted, drafter, publish):
    for _ in range(2):
        notices.give_up(version="2026-12", actor=drafter, at=AT)
    assert acts("give_up") == 1
    with pytest.raises(notices.VersionTaken):
        notices.draft(version="2026-12", content=CONTENT, actor=drafter, at=AT)
    with pytest.raises(notices.NotADraftVersion):
        publish(drafted)


def test_a_published_text_is_neither_changed_nor_given_up(drafted, publish, drafter):
    publish(drafted)
    with pytest.raises(notices.NotADraftVersion):
        notices.give_up(version="2026-12", actor=drafter, at=AT)
    with pytest.raises(notices.NotADraftVersion):
        notices.change(version="2026-12", content=CONTENT, seen_digest=queries.digest_of(drafted), actor=drafter, at=AT)


def test_who_keeps_a_part_of_the_country_drafts_nothing(make_user, as_actor, district):
    for role, area in ((Role.ADMINISTRATOR, district), (Role.PROGRAMME_MANAGER, None)):
        with pytest.raises(NotPermitted):
            notices.draft(version="x", content=CONTENT, actor=as_actor(make_user(role, area)), at=AT)


def test_people_do_not_load_the_packs_texts(drafter):
    with pytest.raises(NotPermitted):
        notices.load(version="x", content=CONTENT, actor=drafter, at=AT)


def test_the_packs_text_is_loaded_once_and_never_another_of_its_code():
    first = notices.load(version="p", content=CONTENT, actor=SYSTEM, at=AT)
    assert notices.load(version="p", content=CONTENT, actor=SYSTEM, at=AT) == first
    with pytest.raises(notices.NoticeDiffers):
        notices.load(version="p", content=replace(CONTENT, texts={"en": "Other"}), actor=SYSTEM, at=AT)
    with pytest.raises(notices.DayTaken):
        notices.load(version="q", content=CONTENT, actor=SYSTEM, at=AT)


FIXED = "is what was drafted, and never changes"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"texts": {"en": "Another"}}, FIXED),
        ({"in_force_from": date(2027, 1, 1)}, FIXED),
        ({"purposes": []}, FIXED),
        ({"edited_by_id": None}, FIXED),
        ({"status": "draft"}, "Invalid transition"),
    ],
)
def test_the_database_keeps_a_published_text_as_it_is(drafted, publish, publisher, values, sentence):
    publish(drafted)
    with pytest.raises(DatabaseError, match=sentence), transaction.atomic(), acting(actor=publisher, at=AT):
        PrivacyNotice.objects.filter(version="2026-12").update(**values)


@pytest.mark.parametrize(
    ("who", "values", "name"),
    [
        ("drafter", {}, "registry_privacynotice_four_eyes"),
        ("publisher", {"texts": {"en": "Slipped in"}}, FIXED),
        ("publisher", {"edited_by_id": None}, FIXED),
    ],
)
def test_the_database_refuses_publishing_alone_or_otherwise_than_drafted(drafted, request, who, values, name):
    actor = request.getfixturevalue(who)
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), acting(actor=actor, at=AT):
        PrivacyNotice.objects.filter(version="2026-12").update(
            status="published", published_by_id=actor.user_id, published_at=AT, **values
        )


def test_the_database_refuses_a_day_that_is_over_and_a_text_nobody_drafted(drafted, publisher):
    later = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    signed = {"status": "published", "published_by_id": publisher.user_id, "published_at": later}
    with (
        pytest.raises(IntegrityError, match="day that is over"),
        transaction.atomic(),
        acting(actor=publisher, at=later),
    ):
        PrivacyNotice.objects.filter(version="2026-12").update(**signed)
    with pytest.raises(IntegrityError, match="begins as a draft"), transaction.atomic(), acting(actor=publisher, at=AT):
        PrivacyNotice.objects.create(version="x", texts={}, in_force_from=FROM, **signed)


def test_the_database_lets_nobody_draft_for_another(publisher, drafter):
    with pytest.raises(IntegrityError, match="for another"), transaction.atomic(), acting(actor=publisher, at=AT):
        PrivacyNotice.objects.create(version="x", texts={}, in_force_from=FROM, edited_by_id=drafter.user_id)


def test_no_door_takes_a_text_that_is_a_draft_or_to_come(drafted, publish, tell, payload):
    payload["household"]["privacy_notice"] = "2026-12"
    refused = tell(payload)
    assert re.search("no version of the privacy notice", " ".join(str(one) for one in refused.issues.all()))
    publish(drafted)
    assert tell(payload).status == "refused"


def test_a_record_names_no_draft(drafted, an_accepted_household):
    home = an_accepted_household.household
    with pytest.raises(IntegrityError, match="is not there"), transaction.atomic(), acting(actor=SYSTEM, at=AT):
        type(home).objects.filter(pk=home.pk).update(privacy_notice_id=drafted.pk)


def test_a_household_agrees_to_nothing_that_the_text_does_not_name(drafted, publish, an_accepted_household, officer):
    home, day = an_accepted_household.household, datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    publish(drafted)
    state = state_of(home, today=day.date())
    assert [words for _number, words in state.notices] == ["2026-12", "2026-01"]
    assert dict(state.purposes)["sharing"] == "Other ministries may read it"
    giver = home.memberships.get(is_reference=True).person.reference
    texts = {"notice": str(drafted.pk), "purposes": "sharing;contact", "given_by": giver, "how": "signature"}

    def ask(**more: str):
        return changes.request(
            uuid=uuid4(), kind="give_consent", household_id=home.pk, texts=texts | more, seen_versions=None,
            reason="Told at the office.", actor=officer, at=day,
        )  # fmt: skip

    with pytest.raises(changes.DetailsWrong, match="does not speak of all of this"):
        ask()
    assert ask(purposes="sharing").status == "applied"


def test_nothing_is_kept_when_the_audit_record_fails(committed_db, broken_audit, drafter, publish):
    kept = notices.draft(version="2026-12", content=CONTENT, actor=drafter, at=AT)
    seen = queries.digest_of(kept)
    other = replace(CONTENT, texts=CONTENT.texts | {"en": "Other"})
    with broken_audit():
        for act in (
            lambda: notices.draft(version="x", content=CONTENT, actor=drafter, at=AT),
            lambda: notices.change(version="2026-12", content=other, seen_digest=seen, actor=drafter, at=AT),
            lambda: notices.give_up(version="2026-12", actor=drafter, at=AT),
            lambda: publish(kept),
            lambda: notices.load(
                version="y", content=replace(CONTENT, in_force_from=date(2027, 1, 1)), actor=SYSTEM, at=AT
            ),
        ):
            with pytest.raises(IntegrityError):
                act()
    kept.refresh_from_db()
    assert (kept.status, kept.texts["en"]) == ("draft", CONTENT.texts["en"])
    assert not PrivacyNotice.objects.filter(version__in=["x", "y"]).exists()
