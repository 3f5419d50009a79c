"""The logs cannot be changed quietly."""

import time

import pytest
from django.db import ProgrammingError, connection, transaction

from core import audit, seals
from core.access.actor import SYSTEM
from core.acting import acting
from core.models import AuditEntry, AuditSeal, ReadEntry
from tests.fixtures.people import AT


def seal_everything() -> int:
    """Seal when no older transaction, of this database or of another on the server, is open any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        goal = cursor.fetchone()[0]
        for _ in range(400):
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] >= goal:
                return seals.seal(at=AT)
            time.sleep(0.05)
    raise AssertionError("An older transaction stays open.")


def record(times: int = 1) -> None:
    for number in range(times):
        with acting(actor=SYSTEM, at=AT):
            audit.record("thing.move", subject_type="thing", subject_id=number)


@pytest.mark.parametrize("statement", ["UPDATE {} SET actor_kind = 'user'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["core_audit", "core_read_log", "core_audit_seal", "core_appointmenthistory"])
def test_the_application_can_only_add_to_the_logs(table, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            statement.format(table)
            .replace("core_audit_seal SET actor_kind = 'user'", "core_audit_seal SET rows = 0")
            .replace("core_appointmenthistory SET actor_kind", "core_appointmenthistory SET pgh_actor_kind")
        )


def test_even_the_owner_cannot_change_a_log_while_its_guard_stands(committed_db, owner_connection):
    record()
    with pytest.raises(Exception, match="never changed or removed"):
        owner_connection.execute("UPDATE core_audit SET action = 'other'")


def test_every_seal_matches_what_it_covers(committed_db):
    record(3)
    assert seal_everything() >= 3
    record(2)
    assert seal_everything() >= 2
    assert seals.verify() == []
    assert AuditSeal.objects.filter(log="core_audit").count() == 2


def test_sealing_twice_adds_nothing(committed_db):
    record()
    seal_everything()
    assert seals.seal(at=AT) == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE core_audit SET reason = 'nothing to see' WHERE subject_id = 1",
        "DELETE FROM core_audit WHERE subject_id = 1",
        "INSERT INTO core_audit"
        " (at, actor_kind, action, subject_type, subject_reference, reason, request_id, details, xid)"
        " SELECT at, actor_kind, action, subject_type, '', '', '', details, xid FROM core_audit WHERE subject_id = 1",
    ],
    ids=["a changed row", "a removed row", "a row slipped in"],
)
def test_tampering_with_a_sealed_row_is_found(committed_db, owner_connection, tampering):
    record(3)
    seal_everything()
    owner_connection.execute("ALTER TABLE core_audit DISABLE TRIGGER ALL")
    owner_connection.execute(
        "DO $$ DECLARE t text; BEGIN FOR t IN SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'core_audit'::regclass"
        " LOOP EXECUTE 'ALTER TABLE ' || t || ' DISABLE TRIGGER ALL'; END LOOP; END $$"
    )
    owner_connection.execute(tampering)

    broken = seals.verify()

    assert [link.log for link in broken] == ["core_audit"]


def test_a_transaction_that_commits_late_is_sealed_later_never_left_out(committed_db, second_connection):
    second_connection.execute("SELECT pg_current_xact_id()")
    second_connection.execute(
        "INSERT INTO core_audit (at, actor_kind, action, subject_type, subject_reference, reason, request_id, details)"
        " VALUES (now(), 'system', 'late', 'thing', '', '', '', '{}')"
    )
    record(2)

    seals.seal(at=AT)
    second_connection.commit()
    seal_everything()

    assert sum(AuditSeal.objects.filter(log="core_audit").values_list("rows", flat=True)) == AuditEntry.objects.count()
    assert seals.verify() == []


def test_a_read_is_logged_even_when_the_page_then_fails(committed_db):
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.read(actor=SYSTEM, at=AT, page="household", subject_type="household", subject_ids=[1])
        raise RuntimeError
    assert ReadEntry.objects.get().count == 1


def test_digests_of_one_subject_agree_and_of_another_differ():
    with acting(actor=SYSTEM, at=AT):
        first = audit.digest_of(subject_type="person", subject_id=1, values={"name": "A"})
        again = audit.digest_of(subject_type="person", subject_id=1, values={"name": "A"})
        other = audit.digest_of(subject_type="person", subject_id=2, values={"name": "A"})
    assert first == again != other
