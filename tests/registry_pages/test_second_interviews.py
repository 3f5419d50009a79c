"""Second interviews in pages: drawn, sent, held without the first answers, compared, settled."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from registry.actions.fieldwork import sampling
from registry.models import InterviewSample, Reinterview
from tests.fixtures import registry as told
from tests.fixtures.fieldwork import FIELD_AT, FIELD_BY, WITH_MEMBERS
from tests.registry_pages.conftest import SignIn, posted_form, text_of


@pytest.fixture
def payload(village):
    """The family of ``tests.fixtures.registry``; this folder's own ``payload`` makes others."""
    return deepcopy(
        {"household": {**told._HOUSEHOLD, "area_code": village.code, "address": "Behind the mill"},
         "members": [told._MOTHER, told._CHILD]}
    )  # fmt: skip


@pytest.fixture
def client_of(sign_in: SignIn):
    return lambda actor: sign_in(User.objects.get(pk=actor.user_id))


@pytest.fixture
def supervisors(client_of, reviewer) -> Client:
    return client_of(reviewer)


def day(name: str, text: str) -> dict[str, str]:
    year, month, number = text.split("-")
    return {f"{name}_day": number, f"{name}_month": month, f"{name}_year": year}


def person(number: int, given: str, surname: str, born: str, **facts: str) -> dict[str, str]:
    told = {"given_names": given, "surname": surname, **day("birth_date", born), **facts}
    return {f"person{number}-{name}": text for name, text in told.items()}


def test_members_are_named_one_by_one_and_compared(
    interview, draw, another_interviewer, reviewer, client_of, supervisors
):
    first = interview()
    sample = draw(terms=WITH_MEMBERS)
    sampling.assign(
        sample_id=sample.pk, ids=None, to_id=another_interviewer.user_id, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT
    )
    row, client = Reinterview.objects.get(), client_of(another_interviewer)
    address = reverse("registry:second_interview", args=[row.uuid])
    mother = first.members.get(position=1)
    form = posted_form(client.get(address))
    assert "size" not in form and mother.given_names not in str(form)
    form |= {
        "outcome": "answered", **day("held_on", "2026-08-10"), "rooms": "2", "tenure": "owned", "tv": "no",
        **person(1, mother.given_names, mother.surname, mother.birth_date.isoformat(), sex="M"),
    }  # fmt: skip
    more = client.post(address, form | {"another": "1"})
    assert more.status_code == 200 and "Person 2" in text_of(more)
    kept = posted_form(more)
    assert (kept["people"], kept["person1-given_names"]) == ("2", mother.given_names)
    assert "There is a problem" not in text_of(more)
    half = client.post(address, kept | {"person2-given_names": "Nobody"})
    assert half.status_code == 422 and "Enter the surname." in text_of(half)
    told = kept | person(2, "Some", "Stranger", "2014-03-02", sex="F", school_attending="yes")
    assert client.post(address, told).status_code == 302
    said = text_of(supervisors.get(address))
    for part in (mother.given_names, "Some Stranger", "Not named"):
        assert part in said
    row.refresh_from_db()
    assert row.answers["size"] == 2
    assert "Members named in both" in text_of(supervisors.get(reverse("registry:sample", args=[sample.uuid])))


def held(client: Client, row: Reinterview, **answers: str):
    address = reverse("registry:second_interview", args=[row.uuid])
    form = posted_form(client.get(address)) | {
        "outcome": "answered", **day("held_on", row.submission.interviewed_on.isoformat()),
        "size": "2", "rooms": "2", "tenure": "owned", "tv": "no",
    }  # fmt: skip
    return client.post(address, form | answers)


def test_a_supervisor_draws_sends_and_sees_the_sample(
    interview,
    supervisors,
    district,
    another_interviewer,
    interviewer,
):
    interview()
    address = reverse("registry:sample_draw")
    form = posted_form(supervisors.get(address)) | {"place": str(district.pk)}
    made = supervisors.post(address, form | day("from_on", "2026-08-01") | day("until_on", "2026-08-31"))
    sample = InterviewSample.objects.get()
    assert made["Location"] == reverse("registry:sample", args=[sample.uuid])
    said = text_of(supervisors.get(made["Location"]))
    for part in (interviewer.name, "Nobody goes to 1 household yet.", sample.seed, "5 per cent, at least 3"):
        assert part in said
    send = reverse("registry:sample_assign", args=[sample.uuid])
    form = posted_form(supervisors.get(send)) | {"to": str(another_interviewer.user_id), "which": "all"}
    assert supervisors.post(send, form).status_code == 302
    assert Reinterview.objects.get().assigned_to_id == another_interviewer.user_id
    assert sample.area.name in text_of(supervisors.get(reverse("registry:samples")))


def test_a_draw_of_nothing_and_days_in_the_wrong_order_are_said(supervisors, district):
    address = reverse("registry:sample_draw")
    form = posted_form(supervisors.get(address)) | {"place": str(district.pk)}
    wrong = supervisors.post(address, form | day("from_on", "2026-08-31") | day("until_on", "2026-08-01"))
    assert wrong.status_code == 422 and "The last day comes after the first." in text_of(wrong)
    nothing = supervisors.post(address, form | day("from_on", "2026-08-01") | day("until_on", "2026-08-31"))
    assert nothing.status_code == 422 and "Nobody interviewed here in these days" in text_of(nothing)


def test_who_goes_finds_the_household_and_no_first_answer(a_reinterview, client_of, another_interviewer):
    client = client_of(another_interviewer)
    listed = text_of(client.get(reverse("registry:second_interviews")))
    assert a_reinterview.submission.household.reference in listed and "Behind the mill" in listed
    assert "Second interviews that I am to hold" in text_of(client.get(reverse("core:home")))
    page = client.get(reverse("registry:second_interview", args=[a_reinterview.uuid]))
    assert "checked" not in page.content.decode()
    assert 'value="2"' not in page.content.decode()
    for part in ("First interview by", "Both interviews"):
        assert part not in text_of(page)


def test_what_is_missing_in_the_form_is_said(a_reinterview, client_of, another_interviewer):
    client = client_of(another_interviewer)
    missing = held(client, a_reinterview, rooms="")
    assert missing.status_code == 422 and "This must be answered." in text_of(missing)
    away = held(client, a_reinterview, outcome="away", rooms="", tenure="", tv="", size="")
    assert away.status_code == 422 and "Say in a few words what happened" in text_of(away)
    early = held(client, a_reinterview, **day("held_on", "2026-08-01"))
    assert early.status_code == 422


def test_a_second_interview_is_sent_compared_explained_and_confirmed(
    a_reinterview, client_of, another_interviewer, supervisors, second_supervisor
):
    client = client_of(another_interviewer)
    assert held(client, a_reinterview, rooms="9", tenure="rented").status_code == 302
    shown = text_of(client.get(reverse("registry:second_interview", args=[a_reinterview.uuid])))
    assert "Both interviews" not in shown and "Who goes" in shown
    late = client.post(reverse("registry:second_interview", args=[a_reinterview.uuid]), {"outcome": "answered"})
    assert late.status_code == 409
    finding = a_reinterview.finding
    where = reverse("registry:sample_interviewer", args=[finding.sample.uuid, finding.pk])
    assert "Interviewers whose work is to be looked at" in text_of(supervisors.get(reverse("core:home")))
    both = text_of(supervisors.get(reverse("registry:second_interview", args=[a_reinterview.uuid])))
    for part in ("Both interviews", "Somebody else, who is paid rent", "The household"):
        assert part in both
    said = text_of(supervisors.get(where))
    assert "50 %" in said and "Too little agrees" in said
    assert supervisors.post(where, {"verdict": "again", "reason": "short"}).status_code == 422
    assert supervisors.post(where, {"verdict": "again", "reason": "Nobody was at home, they say."}).status_code == 302
    assert "another supervisor confirms it" in text_of(supervisors.get(where))
    other = client_of(second_supervisor)
    assert other.post(where, {"decision": "settle", "reason": "They told me the same."}).status_code == 302
    assert "The households are interviewed again" in text_of(other.get(where))
    assert other.post(where, {"decision": "settle", "reason": "They told me the same."}).status_code == 409


def test_a_supervisor_takes_an_interview_back(a_reinterview, supervisors):
    address = reverse("registry:second_interview_take_back", args=[a_reinterview.uuid])
    assert supervisors.post(address, {"reason": "The person is on leave."}).status_code == 302
    a_reinterview.refresh_from_db()
    assert a_reinterview.status == "drawn"
    assert supervisors.get(address).status_code == 404


def test_nobody_else_opens_a_second_interview(a_reinterview, client_of, interviewer, officer_elsewhere, sign_in):
    address = reverse("registry:second_interview", args=[a_reinterview.uuid])
    assert client_of(interviewer).get(address).status_code == 404
    assert sign_in(officer_elsewhere).get(address).status_code == 404
