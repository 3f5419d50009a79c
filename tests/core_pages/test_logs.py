"""The logs are read by auditors, in words, and reading them is itself logged."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from core import audit, seals
from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.jobs import queue, runner
from core.models import Job, ReadEntry
from core.queries.access import actor_of
from tests.core.test_audit import seal_everything
from tests.core_pages.conftest import parse, words


@pytest.fixture
def client(signed_in, auditor) -> Client:
    return signed_in(auditor)


def record(action: str, *, actor=SYSTEM, at: datetime | None = None, reason: str = "", **values) -> None:
    with acting(actor=actor, at=at or timezone.now(), reason=reason):
        audit.record(action, **{"subject_type": "thing", **values})


def rows(response) -> list[str]:
    return [" ".join(row.text_content().split()) for row in parse(response).xpath("//tbody/tr")]


def test_the_audit_log_is_written_in_words(client, make_user, district):
    officer = make_user(Role.DISTRICT_OFFICER, district, name="Omar Officer")
    record(
        "payroll.send_back",
        actor=actor_of(user_id=officer.pk),
        reference="PY-7",
        district_id=district.pk,
        details={
            "lines": 3,
            "sent_to": "pay_point",
            "found": [],
            "outcomes": {"not_eligible": 2},
            "needs_second": True,
            "codes": ["a_b", "c"],
        },
        reason="Two lines are wrong.",
    )
    first = rows(client.get("/audit/"))[0]
    for part in ("Omar Officer", "Payroll sent back", "PY-7", district.name, "Two lines are wrong. codes: a b, c;"):
        assert part in first
    assert first.endswith("codes: a b, c; lines: 3; sent to: pay point; outcomes: not eligible 2; needs second: yes")


def test_each_filter_of_the_audit_log_finds_its_rows_alone(client, make_user, district, other_district):
    officer = make_user(name="Omar Officer")
    long_ago = datetime(2026, 3, 1, 12, tzinfo=UTC)
    record("appointment.end", actor=actor_of(user_id=officer.pk), subject_type="appointment", subject_id=77)
    record("payroll.approve", reference="PY-7", district_id=other_district.pk)
    record("pack.places", at=long_ago, subject_type="area")
    for question, wanted in [
        ({"who": "omar"}, "Appointment ended"),
        ({"what": "ment ended"}, "Appointment ended"),
        ({"what": "payroll."}, "Payroll approved"),
        ({"reference": "py-7"}, "Payroll approved"),
        ({"district": other_district.pk}, "Payroll approved"),
        ({"subject_type": "appointment", "subject_id": 77}, "Appointment ended"),
        ({"since": "2026-03-01", "until": "2026-03-01"}, "Places loaded"),
    ]:
        found = rows(client.get("/audit/", question))
        assert found and all(wanted in row for row in found), question


def test_a_filter_with_a_mistake_says_so(client):
    page = client.get("/audit/", {"since_day": "31", "since_month": "2", "since_year": "2026"})
    assert page.status_code == 200 and "This date does not exist" in words(page)


def test_the_log_is_paged_by_key(client):
    for number in range(70):
        record("test.row", subject_id=number)
    first = client.get("/audit/", {"what": "test.row"})
    following = parse(first).xpath("//a[@rel='next']/@href")[0]
    record("test.row", subject_id=1000)  # a new row does not push others over the edge
    both = rows(first) + rows(client.get(following))
    assert len(both) == 70
    assert all(any(f"Thing {number}" in row for row in both) for number in range(70))


@pytest.mark.parametrize(
    ("address", "page"), [("/audit/", "audit.log"), ("/audit/reads/", "audit.reads")], ids=["log", "reads"]
)
def test_reading_a_log_is_logged(client, auditor, address, page):
    record("test.row")
    client.get(address)
    entry = ReadEntry.objects.using("reads").get(page=page)
    assert entry.actor_id == auditor.pk


def test_a_page_of_the_log_is_refused_when_the_read_cannot_be_logged(client, monkeypatch):
    def broken(**_: object) -> None:
        raise RuntimeError("The log of reads is full.")

    monkeypatch.setattr(audit, "read", broken)
    client.raise_request_exception = False
    assert client.get("/audit/").status_code == 500


def test_who_saw_whom_is_found_by_the_record(committed_db, client, make_user):
    officer = actor_of(user_id=make_user(Role.DISTRICT_OFFICER, name="Omar Officer").pk)
    for ids in ([11, 12], [13]):
        audit.read(
            actor=officer, at=timezone.now(), page="registry.household", subject_type="household", subject_ids=ids
        )
    found = rows(client.get("/audit/reads/", {"subject_type": "household", "subject_id": 12}))
    assert len(found) == 1 and "Omar Officer" in found[0] and "2 × household" in found[0]


def test_an_auditor_of_one_district_sees_its_acts_and_not_the_log_of_reads(
    signed_in, make_user, district, other_district
):
    local = signed_in(make_user(Role.AUDITOR, district))
    record("here.done", district_id=district.pk)
    record("there.done", district_id=other_district.pk)
    record("everywhere.done")
    assert [row for row in rows(local.get("/audit/")) if "done" in row.lower()] == rows(
        local.get("/audit/", {"what": "here.done"})
    )
    refused = local.get("/audit/reads/")
    assert refused.status_code == 403 and "only an appointment over the whole country" in words(refused)


def test_the_seals_are_recomputed_by_a_job_and_the_page_tells_the_result(committed_db, client, auditor):
    record("test.row")
    seal_everything()
    answer = client.post("/audit/seals/verify/")
    job = Job.objects.get(kind="core.verify_audit")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert "The check is under way" in words(client.get("/audit/seals/"))

    done = runner.run(job_id=job.pk, worker="one")

    assert (done.status, done.counts["broken"]) == ("done", 0)
    assert "seals matches" in words(client.get("/audit/seals/"))


def test_a_changed_row_is_found_by_the_job_and_shown(committed_db, client, owner_connection):
    record("test.row", subject_id=1)
    seal_everything()
    owner_connection.execute("ALTER TABLE core_audit DISABLE TRIGGER USER")
    owner_connection.execute("UPDATE core_audit SET subject_id = 2 WHERE action = 'test.row'")
    client.post("/audit/seals/verify/")
    done = runner.run(job_id=Job.objects.get(kind="core.verify_audit").pk, worker="one")
    assert done.counts["broken"] == 1
    page = words(client.get("/audit/seals/"))
    assert "the logs do not match their seals" in page and "they differ" in page


def test_links_are_checked_block_by_block_as_all_at_once(committed_db, monkeypatch, owner_connection, auditor):
    monkeypatch.setattr("core.jobs.verify.LINKS_A_PART", 2)
    for _ in range(5):
        record("test.row")
        seal_everything()
    owner_connection.execute("ALTER TABLE core_audit_seal DISABLE TRIGGER USER")
    owner_connection.execute(
        "UPDATE core_audit_seal SET digest = sha256('x') WHERE id = (SELECT min(id) FROM core_audit_seal)"
    )
    job = queue.enqueue(
        kind="core.verify_audit",
        identity="x",
        actor=actor_of(user_id=auditor.pk),
        at=timezone.now(),
        send=False,
    )
    done = runner.run(job_id=job.pk, worker="one")
    assert done.parts_total > 1
    assert [(link["log"], link["seal_id"]) for link in done.state["broken"]] == [
        (link.log, link.seal_id) for link in seals.verify()
    ]


def test_rows_unsealed_for_a_day_are_told_on_the_start_page_of_auditors_alone(client, signed_in, make_user):
    record("test.row", at=timezone.now() - timedelta(days=2))
    assert "Rows of the logs without a seal" in words(client.get("/"))
    assert "without a seal" not in words(signed_in(make_user(Role.PROGRAMME_MANAGER)).get("/"))


def test_rows_of_today_are_not_late(client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_audit WHERE at < now() - interval '1 day'")
        late = cursor.fetchone()[0]
    record("test.row")
    page = words(client.get("/"))
    assert (f"seal: {late}" in page) == bool(late)
