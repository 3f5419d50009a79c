"""Reporting a change on the pages, without script: what happened, details, preview, sending, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import html

from core.access.roles import Role
from core.models import Area, ReadEntry, User
from registry.models import ChangeRequest, Household, Person
from tests.fixtures.people import MakeUser
from tests.registry_pages.conftest import NATIONAL_ID, SignIn, Texts, a_member, posted_form, text_of

Register = Callable[..., Household]
WHY = "The chief told us at the office."


@pytest.fixture
def home(registered: Register) -> Household:
    child = a_member(
        "2", relationship="child", given_names="Thabo", sex="M", birth_date="2001-05-17", school_attending="no"
    )
    return registered(a_member(national_id=NATIONAL_ID), child)


@pytest.fixture
def boss(sign_in: SignIn, supervisor: User) -> Client:
    return sign_in(supervisor)


def child_of(home: Household) -> Person:
    return Person.objects.get(memberships__household=home, given_names="Thabo")


def report(desk: Client, home: Household, kind: str, person: str = "", /, **details: str) -> Any:
    """Fill in the details and look at the preview."""
    address = reverse("registry:change_new", args=[home.reference, kind])
    shown = desk.get(address, {"person": person} if person else {})
    assert shown.status_code == 200
    return desk.post(address, posted_form(shown) | details)


def sent(desk: Client, preview: Any, **more: Any) -> Any:
    document = html.document_fromstring(preview.content.decode())
    form = next(one for one in document.forms if "send" in (one.action or ""))
    return desk.post(form.action, dict(form.form_values()) | {"reason": WHY} | more)


def asked(desk: Client, home: Household) -> ChangeRequest:
    preview = report(desk, home, "died", child_of(home).reference, died_on="2026-03-05", proof="certificate")
    assert sent(desk, preview).status_code == 302
    return ChangeRequest.objects.get()


def test_the_household_page_leads_to_every_kind_in_plain_words(desk, home):
    page = desk.get(reverse("registry:household", args=[home.reference]))
    assert reverse("registry:change_start", args=[home.reference]) in page.content.decode()
    shown = text_of(desk.get(reverse("registry:change_start", args=[home.reference])))
    assert "A member died" in shown
    assert "Any adult may ask for it" in shown
    assert "Open the household again" not in shown


def test_a_kind_about_a_person_first_asks_whom(desk, home):
    shown = desk.get(reverse("registry:change_new", args=[home.reference, "died"]))
    assert "Whom does it concern?" in text_of(shown)
    assert child_of(home).reference in shown.content.decode()


def test_the_preview_shows_before_and_after_and_writes_nothing(desk, home):
    preview = report(desk, home, "died", child_of(home).reference, died_on="2026-03-05", proof="certificate")
    shown = text_of(preview)
    assert preview.status_code == 200
    assert "5 March 2026" in shown
    assert "Somebody else decides" in shown
    assert not ChangeRequest.objects.exists()


def test_details_that_cannot_be_come_back_with_the_field_named(desk, home):
    again = report(desk, home, "died", child_of(home).reference, died_on="1990-01-01", proof="certificate")
    assert again.status_code == 422
    assert "This day lies before" in text_of(again)


def test_a_supervisor_finds_it_in_the_queue_and_carries_it_out(desk, boss, home):
    request = asked(desk, home)
    queue = text_of(boss.get(reverse("registry:changes")))
    assert "A member died: Thabo" in queue
    address = reverse("registry:change", args=[request.uuid])
    page = boss.get(address)
    assert WHY in text_of(page)
    done = boss.post(address, posted_form(page) | {"decision": "accept", "reason": "Seen the certificate."})
    assert done.status_code == 302
    assert child_of(home).died_on is not None
    timeline = text_of(boss.get(reverse("registry:household_history", args=[home.reference])))
    assert "Change reported" in timeline
    assert "Seen the certificate." in timeline


def test_a_decision_without_a_reason_is_asked_for_it(desk, boss, home):
    address = reverse("registry:change", args=[asked(desk, home).uuid])
    again = boss.post(address, posted_form(boss.get(address)) | {"decision": "refuse"})
    assert again.status_code == 422
    assert ChangeRequest.objects.get().status == "requested"


def test_who_asked_sees_no_decision_and_may_withdraw(desk, home):
    request = asked(desk, home)
    page = text_of(desk.get(reverse("registry:change", args=[request.uuid])))
    assert "somebody else decides" in page
    assert "Record the decision" not in page
    done = desk.post(reverse("registry:change_withdraw", args=[request.uuid]), {"reason": "It was another child."})
    assert done.status_code == 302
    assert ChangeRequest.objects.get().status == "withdrawn"


def test_a_small_change_is_in_the_register_at_once(desk, home):
    preview = report(desk, home, "left", child_of(home).reference, left_on="2026-03-05", why="work")
    assert "as soon as you send it" in text_of(preview)
    page = desk.get(sent(desk, preview)["Location"])
    assert "Carried out" in text_of(page)


def test_the_form_sent_twice_asks_once(desk, home):
    preview = report(desk, home, "left", child_of(home).reference, left_on="2026-03-05", why="work")
    first, second = sent(desk, preview), sent(desk, preview)
    assert first["Location"] == second["Location"]
    assert ChangeRequest.objects.count() == 1


def test_a_form_opened_before_another_change_is_refused_with_a_sentence(desk, home):
    old = report(desk, home, "close", why="asked")
    sent(desk, report(desk, home, "left", child_of(home).reference, left_on="2026-03-05", why="work"))
    late = sent(desk, old)
    assert late.status_code == 409
    assert "since you opened the form" in text_of(late)


def test_evidence_is_kept_and_a_program_is_not(desk, boss, home, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    preview = report(desk, home, "close", why="emigrated")
    program = SimpleUploadedFile("letter.pdf", b"\x7fELF\x00\x00", "application/pdf")
    assert sent(desk, preview, evidence=program).status_code == 422
    paper = SimpleUploadedFile("letter.pdf", b"%PDF-1.7 a letter", "application/pdf")
    assert sent(desk, preview, evidence=paper).status_code == 302
    request = ChangeRequest.objects.get()
    download = boss.get(reverse("registry:change_evidence", args=[request.uuid]))
    assert b"".join(download.streaming_content) == b"%PDF-1.7 a letter"
    assert download["Content-Disposition"].startswith("attachment")


def test_the_numbers_of_a_request_are_masked(desk, boss, home):
    preview = report(desk, home, "change_account", kind="bank", provider="First Bank", number="9988776655",
                     holder=child_of(home).reference)  # fmt: skip
    assert "9988776655" not in text_of(preview)
    sent(desk, preview)
    page = text_of(boss.get(reverse("registry:change", args=[ChangeRequest.objects.get().uuid])))
    assert "9988776655" not in page
    assert "•••••••655" in page


def test_who_decides_about_another_account_sees_the_one_that_it_replaces(desk, boss, home):
    known = home.accounts.get(until_on__isnull=True)
    sent(desk, report(desk, home, "change_account", kind="bank", provider="First Bank", number="9988776655",
                      holder=child_of(home).reference))  # fmt: skip
    page = html.fromstring(boss.get(reverse("registry:change", args=[ChangeRequest.objects.get().uuid])).content)
    rows = page.xpath("//table[normalize-space(caption)='Payment account']/tbody/tr")
    lines = {what: told for what, *told in ([cell.text_content().strip() for cell in row] for row in rows)}
    assert lines["Provider"] == [known.provider, "First Bank"]
    assert lines["Number"] == [f"•••••{known.number[-3:]}", "•••••••655"]
    assert lines["Account holder"] == [str(known.holder or "–"), str(child_of(home))]
    assert "Until" not in lines  # that the other ends is what being replaced means


def test_another_district_sees_neither_the_request_nor_its_queue(
    desk, home, sign_in: SignIn, make_user: MakeUser, other_district: Area
):
    request = asked(desk, home)
    stranger = sign_in(make_user(Role.SUPERVISOR, other_district))
    assert stranger.get(reverse("registry:change", args=[request.uuid])).status_code == 404
    assert "Thabo" not in text_of(stranger.get(reverse("registry:changes")))


def test_an_auditor_reads_it_and_the_look_is_in_the_log(desk, home, sign_in: SignIn, make_user: MakeUser):
    request = asked(desk, home)
    auditor = make_user(Role.AUDITOR)
    address = reverse("registry:change", args=[request.uuid])
    browser = sign_in(auditor)
    assert "Record the decision" not in text_of(browser.get(address))
    assert ReadEntry.objects.using("reads").filter(actor_id=auditor.pk, page="change").exists()
    assert browser.post(address, {"decision": "accept", "reason": "I think it is right."}).status_code == 403


@pytest.mark.parametrize(
    "kind",
    ["add_member", "transfer", "change_head", "correct_identity", "update_answers", "update_person_answers",
     "change_account", "move", "split", "merge", "close"],
)  # fmt: skip
def test_every_kind_has_a_form(desk, home, kind):
    person: Texts = {"person": child_of(home).reference}
    page = desk.get(reverse("registry:change_new", args=[home.reference, kind]), person)
    assert page.status_code == 200
    assert "Continue" in text_of(page)
