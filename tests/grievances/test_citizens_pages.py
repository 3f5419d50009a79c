"""The citizens' pages through a client without an account."""

from uuid import uuid4

import pytest
from django.test import Client
from lxml import html

from grievances.actions import cases
from grievances.limits import LODGED, WRONG_SECRET
from grievances.models import Case
from tests.fixtures.people import AT
from tests.grievances.conftest import NATIONAL_ID

NEW, FOLLOW = "/grievances/new/", "/grievances/follow/"


@pytest.fixture
def phone() -> Client:
    """A browser that checks the token against forged requests, as a real one must."""
    return Client(enforce_csrf_checks=True)


def form_of(response, button: str | None = None) -> dict[str, str]:
    """The hidden fields of the page's form."""
    page = html.fromstring(response.content)
    forms = [form for form in page.forms if button is None or button in form.text_content()]
    return {name: value for name, value in forms[-1].fields.items() if value is not None}


def sent(phone: Client, **told: str):
    return phone.post(NEW, {**form_of(phone.get(NEW)), **told})


def pair_of(response) -> dict[str, str]:
    reference, secret = (cell.text_content().strip() for cell in html.fromstring(response.content).xpath("//dd"))
    return {"reference": reference, "secret": secret}


def followed(phone: Client, **pair: str):
    return phone.post(FOLLOW, {**form_of(phone.get(FOLLOW)), **pair})


@pytest.fixture
def told(village) -> dict[str, str]:
    return {"category": "other", "description": "The office was closed on Monday.", "area": str(village.district_id)}


def test_somebody_without_an_account_complains_and_follows_the_case(phone, told):
    answer = sent(phone, **told)
    page = followed(phone, **pair_of(answer))

    assert answer.status_code == page.status_code == 200
    assert "The office was closed on Monday." in page.content.decode()
    assert "Received" in page.content.decode()


def test_the_secret_stands_in_no_address_cookie_cache_or_database(phone, told):
    answer = sent(phone, **told)
    pair = pair_of(answer)
    page = followed(phone, **pair)
    case = Case.objects.get(reference=pair["reference"])

    for response in (answer, page):
        assert "no-store" in response["Cache-Control"]
        assert "Location" not in response
    assert "sessionid" not in phone.cookies
    assert pair["secret"] not in str(vars(case))


def test_the_same_form_sent_twice_is_one_case_and_the_same_secret(phone, told):
    form = {**form_of(phone.get(NEW)), **told}

    first, second = phone.post(NEW, form), phone.post(NEW, form)

    assert pair_of(first) == pair_of(second)
    assert Case.objects.count() == 1


def test_a_form_without_the_token_against_forged_requests_is_refused(phone, told):
    assert phone.post(NEW, {**told, "one_shot": str(uuid4())}).status_code == 403
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"category": ""}, "Choose what it is about."),
        ({"category": "nonsense"}, "Select a valid choice"),
        ({"description": ""}, "Say what happened."),
        ({"description": "x" * 4001}, "at most 4000 characters"),
        ({"area": "999999999"}, "Select a valid choice"),
        ({"name": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_understood_is_said_in_words_and_nothing_is_kept(phone, told, wrong, words):
    answer = sent(phone, **{**told, **wrong})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Case.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"secret": "22222-22222"}, {"reference": "GR-2222222222-2"}, {"reference": "x"}])
def test_a_wrong_pair_gets_one_sentence_whatever_is_wrong(phone, told, wrong):
    pair = pair_of(sent(phone, **told))

    page = followed(phone, **{**pair, **wrong})

    assert page.status_code == 422
    assert "Reference and secret do not belong together" in page.content.decode()
    assert "The office was closed" not in page.content.decode()


def test_typed_in_small_letters_with_blanks_the_pair_still_opens_the_case(phone, told):
    pair = pair_of(sent(phone, **told))

    page = followed(phone, reference=pair["reference"].lower().replace("-", " "), secret=pair["secret"].lower())

    assert page.status_code == 200


def test_guessing_is_stopped_for_the_network_that_guesses_and_for_nobody_else(phone, told):
    pair = pair_of(sent(phone, **told))
    for _ in range(WRONG_SECRET.times):
        followed(phone, reference=pair["reference"], secret="22222-22222")

    stopped = followed(phone, **pair)
    other = Client(REMOTE_ADDR="198.51.100.7").post(FOLLOW, pair)

    assert "too often" in stopped.content.decode()
    assert other.status_code == 200


def test_many_cases_from_one_network_are_slowed_down_in_words(phone, told):
    for _ in range(LODGED.times):
        LODGED.count("127.0.0.1")

    answer = sent(phone, **told)

    assert answer.status_code == 422
    assert "too often" in answer.content.decode()
    assert Case.objects.count() == 0


def test_nobody_learns_whether_an_identity_number_is_registered(phone, told, household):
    known = sent(phone, **told, national_id=NATIONAL_ID)
    unknown = sent(phone, **told, national_id="9999999999999")

    def without_the_pair(response) -> str:
        text = html.fromstring(response.content).text_content()
        return text.replace(pair_of(response)["reference"], "").replace(pair_of(response)["secret"], "")

    assert without_the_pair(known) == without_the_pair(unknown)
    pages = [followed(phone, **pair_of(answer)) for answer in (known, unknown)]
    texts = [
        html.fromstring(page.content).text_content().replace(pair_of(answer)["reference"], "")
        for page, answer in zip(pages, (known, unknown), strict=True)
    ]
    assert texts[0] == texts[1]
    assert household.reference not in texts[0]
    assert Case.objects.get(reference=pair_of(known)["reference"]).household == household


def test_what_was_written_is_shown_as_text_and_never_as_markup(phone, told):
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    answer = sent(phone, **{**told, "description": nasty})

    page = followed(phone, **pair_of(answer)).content.decode()

    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_complainant_writes_appeals_and_reads_the_answer(phone, told, officer, second_officer):
    answer = sent(phone, **told)
    pair = pair_of(answer)
    page = followed(phone, **pair)
    page = phone.post("/grievances/follow/reply/", {**form_of(page, "Write to the office"), "text": "It rained, too."})
    case = Case.objects.get(reference=pair["reference"])
    cases.acknowledge(case_id=case.pk, actor=officer, at=AT)
    cases.take(case_id=case.pk, actor=officer, at=AT)
    cases.note(case_id=case.pk, text="An inner thought", actor=officer, at=AT)
    from django.utils import timezone

    cases.decide(
        case_id=case.pk,
        outcome="not_upheld",
        reasons="Mondays are closed.",
        remedy="none",
        actor=officer,
        at=timezone.now(),
    )
    page = followed(phone, **pair)
    text = page.content.decode()
    assert "It rained, too." in text
    assert "Mondays are closed." in text
    assert "An inner thought" not in text
    assert officer.name not in text
    page = phone.post(
        "/grievances/follow/appeal/", {**form_of(page, "Why is the decision wrong"), "text": "It was a Tuesday."}
    )

    case.refresh_from_db()
    assert case.status == "appealed"
    assert "It was a Tuesday." in page.content.decode()


def test_the_complainant_takes_the_case_back_after_ticking_the_box(phone, told):
    answer = sent(phone, **told)
    page = followed(phone, **pair_of(answer))
    form = form_of(page, "Take it back")
    form.pop("sure", None)

    unsure = phone.post("/grievances/follow/withdraw/", form)
    sure = phone.post("/grievances/follow/withdraw/", {**form, "sure": "on"})

    assert (unsure.status_code, sure.status_code) == (422, 200)
    assert Case.objects.get().status == "withdrawn"


def test_a_forged_proof_leads_back_to_reference_and_secret(phone, told):
    page = followed(phone, **pair_of(sent(phone, **told)))
    form = {**form_of(page, "Take it back"), "proof": "forged", "sure": "on"}

    answer = phone.post("/grievances/follow/withdraw/", form)

    assert (answer.status_code, answer["Location"]) == (302, FOLLOW)
    assert Case.objects.get().status == "received"
