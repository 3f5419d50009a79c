"""Somebody with the application's database password meets the same refusals as everybody else."""

import pytest
from django.db import Error, connection, transaction

from core.access.actor import SYSTEM
from core.acting import acting
from core.actions.partitions import open_months
from core.models import Appointment
from tests.fixtures.people import AT


def rows(statement: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def test_no_partition_can_be_touched_but_through_its_parent():
    open_months(12)
    touchable = rows(
        "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' "
        "AND (has_table_privilege(oid, 'SELECT') OR has_table_privilege(oid, 'INSERT') "
        "OR has_table_privilege(oid, 'UPDATE') OR has_table_privilege(oid, 'DELETE'))"
    )
    assert touchable == []


def test_what_is_kept_by_month_is_never_changed_and_history_written_by_its_triggers_alone():
    changeable = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_partitioned_table p ON p.partrelid = c.oid AND p.partstrat = 'r' "
        "WHERE has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') "
        "OR c.relname LIKE '%%history' AND has_table_privilege(c.oid, 'INSERT')"
    )
    assert changeable == []


def test_history_is_not_swallowed_by_a_temporary_table_of_its_name(make_user, appoint_one):
    appointment = appoint_one()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE core_appointmenthistory (LIKE public.core_appointmenthistory INCLUDING DEFAULTS)"
        )
    with acting(actor=SYSTEM, at=AT):
        Appointment.objects.filter(pk=appointment.pk).update(reason="changed")

    kept = rows("SELECT count(*) FROM public.core_appointmenthistory WHERE id = %s", appointment.pk)
    assert kept == [(1,)]


def test_nobody_puts_the_function_of_a_guard_on_a_table_of_their_own():
    usable = rows(
        "SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype AND pronamespace = 'public'::regnamespace "
        "AND has_function_privilege(oid, 'EXECUTE')"
    )
    assert usable == []
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        function = rows(
            "SELECT proname FROM pg_proc WHERE prosrc LIKE '%%history%%' AND prorettype = 'trigger'::regtype LIMIT 1"
        )[0][0]
        cursor.execute("CREATE TEMP TABLE mine (a int)")
        cursor.execute(f"CREATE TRIGGER t AFTER UPDATE ON mine EXECUTE FUNCTION public.{function}()")


@pytest.fixture
def appoint_one(make_user, country):
    from core.access.roles import Role

    def appoint() -> Appointment:
        return make_user(Role.DISTRICT_OFFICER).appointments.get()

    return appoint


@pytest.mark.parametrize("column", ["proposed_by_id", "confirmed_by_id"])
def test_nobody_signs_an_appointment_for_another(make_user, as_actor, appoint_one, column):
    appointment, somebody, another = appoint_one(), make_user(), make_user()
    with pytest.raises(Error, match="Nobody signs for another"), acting(actor=as_actor(somebody), at=AT):
        Appointment.objects.filter(pk=appointment.pk).update(**{column: another.pk})


def test_a_person_cannot_enter_a_sensitive_role_as_if_it_were_confirmed(make_user, as_actor, appoint_one):
    appointment, user = appoint_one(), make_user()
    with pytest.raises(Error, match="waits for a second person"), acting(actor=as_actor(make_user()), at=AT):
        Appointment.objects.create(
            user=user, role="auditor", scope=appointment.scope, status="in_force", starts_on=AT.date()
        )


def test_no_row_is_put_among_those_already_sealed(committed_db):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_audit (at, actor_kind, action, subject_type, subject_reference, reason, request_id, "
            "details, xid) VALUES (now(), 'system', 'late', 'thing', '', '', '', '{}', '5') "
            "RETURNING xid = pg_current_xact_id()"
        )
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize(
    ("since", "horizon", "previous"),
    [("0", "9223372036854775807", "00"), ("7", "9", "00"), ("0", "9", "01"), ("0", "0", "00")],
    ids=["beyond what is committed", "leaving a gap", "after another seal", "of nothing"],
)
def test_a_seal_that_does_not_follow_is_refused(since, horizon, previous):
    with (
        pytest.raises(Error, match="A seal follows the one before it"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO core_audit_seal (at, log, since, horizon, rows, previous, digest) "
            "VALUES (now(), 'invented', %s, %s, 0, decode(repeat(%s, 32), 'hex'), 'x')",
            (since, horizon, previous),
        )
