"""Review and disputed numbers: who decides, what they see, and that a decision is taken once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.access.roles import Role
from core.models import Area, ReadEntry, User
from registry.actions import submissions as act
from registry.models import Household, IdentityClaim, Person, Submission
from tests.fixtures.people import AT, AsActor, MakeUser
from tests.registry_pages.conftest import NATIONAL_ID, Payload, Register, SignIn, a_member, text_of

REASON = "The household is known to me and the rooms were counted"


@pytest.fixture
def waiting(payload: Callable[..., Payload], officer: User, as_actor: AsActor) -> Submission:
    """A submission of the officer that a supervisor has to look at: twenty rooms."""
    told = payload(a_member(national_id=NATIONAL_ID), rooms="20")
    sent = act.receive(uuid=uuid.uuid4(), door="form", payload=told, actor=as_actor(officer), at=AT)
    assert sent.status == "in_review"
    return sent


@pytest.fixture
def bench(sign_in: SignIn, supervisor: User) -> Client:
    """The supervisor's browser."""
    return sign_in(supervisor)


def at(sent: Submission, name: str = "review_submission") -> str:
    return reverse(f"registry:{name}", args=[sent.uuid])


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_only_supervisors_review(role: Role, waiting: Submission, make_user: MakeUser, sign_in: SignIn) -> None:
    client = sign_in(make_user(role))
    expected = 200 if role is Role.SUPERVISOR else 403
    for address in (reverse("registry:review"), at(waiting), at(waiting, "review_accept"), reverse("registry:claims")):
        assert client.get(address).status_code == expected


def test_a_supervisor_of_another_district_sees_and_decides_nothing(
    waiting: Submission, make_user: MakeUser, other_district: Area, sign_in: SignIn
) -> None:
    client = sign_in(make_user(Role.SUPERVISOR, other_district))
    assert "Nothing waits for review" in text_of(client.get(reverse("registry:review")))
    assert client.get(at(waiting)).status_code == 404
    assert client.post(at(waiting, "review_accept"), {"reason": REASON}).status_code == 404
    assert not Household.objects.exists()


def test_the_queue_says_what_waits_and_why(waiting: Submission, bench: Client, village: Area) -> None:
    said = text_of(bench.get(reverse("registry:review")))
    for part in ("Palesa Tšosane", village.name, "1 unusual answer", "Officer of the district", "16 March 2026"):
        assert part in said


def test_the_queue_is_oldest_first_a_page_at_a_time(
    payload: Callable[..., Payload], officer: User, supervisor: User, as_actor: AsActor
) -> None:
    from datetime import timedelta

    from registry.queries import reviews

    sent = [
        act.receive(
            uuid=uuid.uuid4(),
            door="form",
            payload=payload(a_member(given_names=f"Neo{n}"), rooms="20"),
            actor=as_actor(officer),
            at=AT - timedelta(hours=n // 2),
        ).pk
        for n in range(5)
    ]
    actor, seen, after = as_actor(supervisor), [], ""
    for _page in range(3):
        page = reviews.queue(actor=actor, after=after, size=2)
        seen += [row.review.pk for row in page.rows]
        after = page.next_key
    assert seen == [sent[4], sent[2], sent[3], sent[0], sent[1]]
    assert after == ""


def test_a_submission_shows_what_was_told_without_numbers_and_is_logged(
    waiting: Submission, bench: Client, supervisor: User
) -> None:
    response = bench.get(at(waiting))
    said = text_of(response)
    assert "More than 15 rooms is unusual" in said
    assert "sleep and live in? 20" in said
    assert NATIONAL_ID not in response.content.decode()
    entry = ReadEntry.objects.using("reads").get(page="review")
    assert (entry.actor_id, entry.subject_ids) == (supervisor.pk, [waiting.pk])


def test_accepting_makes_the_household_once(waiting: Submission, bench: Client, supervisor: User) -> None:
    for _twice in range(2):
        response = bench.post(at(waiting, "review_accept"), {"reason": REASON}, follow=True)
        assert "The household is in the register" in text_of(response)
    household = Household.objects.get()
    waiting.refresh_from_db()
    assert (waiting.household_id, waiting.decided_by_id) == (household.pk, supervisor.pk)
    assert waiting.decision_reason == REASON


@pytest.mark.parametrize(("name", "status"), [("review_return", "returned"), ("review_reject", "rejected")])
def test_turning_away_keeps_the_reason(name: str, status: str, waiting: Submission, bench: Client) -> None:
    bench.post(at(waiting, name), {"reason": REASON})
    waiting.refresh_from_db()
    assert (waiting.status, waiting.decision_reason) == (status, REASON)
    assert not Household.objects.exists()


@pytest.mark.parametrize("name", ["review_accept", "review_return", "review_reject"])
def test_no_decision_without_a_reason(name: str, waiting: Submission, bench: Client) -> None:
    response = bench.post(at(waiting, name), {"reason": " "})
    assert response.status_code == 422
    assert "Give the reason" in text_of(response)
    waiting.refresh_from_db()
    assert waiting.status == "in_review"


def test_what_somebody_else_decided_otherwise_is_a_conflict(
    waiting: Submission, bench: Client, make_user: MakeUser, district: Area, sign_in: SignIn
) -> None:
    bench.post(at(waiting, "review_reject"), {"reason": REASON})
    late = sign_in(make_user(Role.SUPERVISOR, district)).post(at(waiting, "review_accept"), {"reason": REASON})
    assert late.status_code == 409
    assert not Household.objects.exists()


def test_nobody_reviews_what_they_sent_themselves(
    payload: Callable[..., Payload], make_user: MakeUser, district: Area, sign_in: SignIn, as_actor: AsActor
) -> None:
    from datetime import date

    from core.access.actor import SYSTEM
    from core.actions import appointments

    both = make_user(Role.DISTRICT_OFFICER, district)
    appointments.propose(
        user_id=both.pk,
        role=Role.SUPERVISOR,
        scope_id=appointments.scope_for(area_id=district.pk).pk,
        starts_on=date(2020, 1, 1),
        actor=SYSTEM,
        at=AT,
    )
    told = payload(rooms="20")
    sent = act.receive(uuid=uuid.uuid4(), door="form", payload=told, actor=as_actor(both), at=AT)
    client = sign_in(both)
    said = text_of(client.get(at(sent)))
    assert "You sent this registration yourself, so somebody else has to decide it." in said
    assert "Return to the sender" not in said
    refused = client.post(at(sent, "review_accept"), {"reason": REASON})
    assert refused.status_code == 422
    assert "Somebody other than who submitted it has to decide" in text_of(refused)


# -- possible duplicates


@pytest.fixture
def alike(registered: Register, payload: Callable[..., Payload], officer: User, as_actor: AsActor) -> Submission:
    """Somebody of the same names and birth date is registered in the same district."""
    registered(a_member(national_id=NATIONAL_ID))
    told = payload(a_member(marital_status="widowed"))
    sent = act.receive(uuid=uuid.uuid4(), door="form", payload=told, actor=as_actor(officer), at=AT)
    assert sent.status == "in_review"
    return sent


def test_a_possible_duplicate_stands_beside_the_one_known(alike: Submission, bench: Client) -> None:
    known = Household.objects.get()
    response = bench.get(at(alike))
    said = text_of(response)
    assert "The same names and date of birth" in said
    assert known.reference in said
    assert "Given names Palesa Palesa Same" in said
    assert NATIONAL_ID not in response.content.decode()


def test_accepting_a_possible_duplicate_states_that_it_is_somebody_else(alike: Submission, bench: Client) -> None:
    page = text_of(bench.get(at(alike, "review_accept")))
    assert "none of the possible duplicates is the same person" in page
    bench.post(at(alike, "review_accept"), {"reason": "A cousin of the same name, seen with her own card"})
    assert Household.objects.count() == 2


def test_somebody_alike_elsewhere_is_told_only_as_masked_name_district_and_reference(
    registered: Register,
    payload: Callable[..., Payload],
    officer: User,
    as_actor: AsActor,
    bench: Client,
    other_village: Area,
    other_district: Area,
) -> None:
    elsewhere = registered(a_member(national_id=NATIONAL_ID), area=other_village)
    sent = act.receive(uuid=uuid.uuid4(), door="form", payload=payload(a_member()), actor=as_actor(officer), at=AT)
    said = text_of(bench.get(at(sent)))
    person = Person.objects.get()
    assert f"Resembles P•••• T••••, in {other_district.name} ({person.reference})" in said
    assert elsewhere.reference not in said
    assert other_village.name not in said


# -- disputed numbers


@pytest.fixture
def claim(registered: Register, payload: Callable[..., Payload], officer: User, as_actor: AsActor) -> IdentityClaim:
    """Two persons of the district give one number; the second entered under an interim number."""
    registered(a_member(national_id=NATIONAL_ID))
    other = a_member(national_id=NATIONAL_ID, given_names="Mpho", birth_date="1990-09-09")
    act.receive(uuid=uuid.uuid4(), door="form", payload=payload(other), actor=as_actor(officer), at=AT)
    return IdentityClaim.objects.get()


def test_a_claim_shows_both_persons_and_no_number(claim: IdentityClaim, bench: Client) -> None:
    assert "Mpho Tšosane" in text_of(bench.get(reverse("registry:claims")))
    response = bench.get(reverse("registry:claim", args=[claim.pk]))
    said = text_of(response)
    assert "Mpho" in said
    assert "Palesa" in said
    assert NATIONAL_ID not in response.content.decode()


def test_an_upheld_claim_moves_the_number(claim: IdentityClaim, bench: Client) -> None:
    bench.post(
        reverse("registry:claim", args=[claim.pk]),
        {"whose": "claimant", "reason": "The card was shown, the other number was mistyped"},
    )
    assert Person.objects.get(national_id=NATIONAL_ID).given_names == "Mpho"
    assert "No number is in dispute" in text_of(bench.get(reverse("registry:claims")))


def test_a_dismissed_claim_moves_nothing(claim: IdentityClaim, bench: Client) -> None:
    bench.post(
        reverse("registry:claim", args=[claim.pk]),
        {"whose": "holder", "reason": "The claimant had read the number of her sister"},
    )
    claim.refresh_from_db()
    assert claim.status == "dismissed"
    assert Person.objects.get(national_id=NATIONAL_ID).given_names == "Palesa"


def test_a_claim_is_not_settled_without_choice_and_reason(claim: IdentityClaim, bench: Client) -> None:
    response = bench.post(reverse("registry:claim", args=[claim.pk]), {})
    assert response.status_code == 422
    assert "Choose one of the two" in text_of(response)
    claim.refresh_from_db()
    assert claim.status == "open"


def test_claims_of_another_district_are_not_found(
    claim: IdentityClaim, make_user: MakeUser, other_district: Area, sign_in: SignIn
) -> None:
    client = sign_in(make_user(Role.SUPERVISOR, other_district))
    assert client.get(reverse("registry:claim", args=[claim.pk])).status_code == 404


# -- the start page


def test_the_start_page_counts_what_waits_for_whom(
    waiting: Submission, bench: Client, make_user: MakeUser, other_district: Area, sign_in: SignIn
) -> None:
    assert "Registrations to review : 1" in text_of(bench.get("/"))
    elsewhere = sign_in(make_user(Role.SUPERVISOR, other_district))
    assert "Registrations to review : 0" in text_of(elsewhere.get("/"))
