"""Who acts reaches the database's guards and history, and nothing is written without it."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from core import audit
from core.access.actor import SYSTEM, Actor, ActorKind
from core.acting import NobodyActs, acting, current
from core.models import AuditEntry, StoredFile
from tests.fixtures.people import AT


def a_file(name: str = "a.csv") -> StoredFile:
    return StoredFile(sha256="0" * 64, size=1, media_type="text/csv", name=name, kind="test", created_at=AT)


def settings_of_the_act() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('core.actor_kind', true), current_setting('core.actor_id', true),"
            " current_setting('core.reason', true)"
        )
        return tuple(value or "" for value in cursor.fetchone())


def test_a_guarded_table_refuses_writes_when_nobody_acts():
    with pytest.raises(ProgrammingError, match="Nobody is acting"), transaction.atomic():
        a_file().save()


def test_a_guarded_table_takes_writes_inside_an_act():
    with acting(actor=SYSTEM, at=AT):
        a_file().save()
    assert StoredFile.objects.count() == 1


def test_an_inner_act_restores_the_outer_ones_actor_and_reason():
    clerk = Actor(kind=ActorKind.USER, user_id=7)
    with acting(actor=clerk, at=AT, reason="outer"):
        with acting(actor=SYSTEM, at=AT, reason="inner"):
            assert settings_of_the_act() == ("system", "", "inner")
        assert settings_of_the_act() == ("user", "7", "outer")
        assert current().actor == clerk
    assert settings_of_the_act() == ("", "", "")


def test_an_inner_act_that_fails_gives_the_outer_act_back():
    clerk = Actor(kind=ActorKind.USER, user_id=7)
    with acting(actor=clerk, at=AT, reason="outer"):
        with pytest.raises(ValueError), acting(actor=SYSTEM, at=AT, reason="inner"):
            raise ValueError
        assert settings_of_the_act() == ("user", "7", "outer")


def test_nobody_acts_after_the_act_so_the_next_write_is_refused():
    with acting(actor=SYSTEM, at=AT):
        pass
    with pytest.raises(ProgrammingError, match="Nobody is acting"), transaction.atomic():
        a_file().save()


def test_an_audit_record_outside_an_act_is_refused():
    with pytest.raises(NobodyActs):
        audit.record("thing.move", subject_type="thing")


def test_a_rolled_back_act_leaves_no_audit_record():
    with pytest.raises(RuntimeError), acting(actor=SYSTEM, at=AT):
        audit.record("thing.move", subject_type="thing", subject_id=1)
        raise RuntimeError
    assert not AuditEntry.objects.filter(action="thing.move").exists()


def test_no_session_variable_switches_a_guard_off():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{pgtrigger_acting_required_ffa4b}', true)")
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'core_storedfile'::regclass AND tgname LIKE 'pgtrigger%'"
        )
        names = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", (f"{{{','.join(names)}}}",))
    assert names
    with pytest.raises(ProgrammingError, match="Nobody is acting"), transaction.atomic():
        a_file().save()


def test_the_application_cannot_switch_triggers_off_by_replication_role():
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET session_replication_role = replica")


def test_the_application_owns_nothing_and_may_create_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE mine (id int)")


def test_nobody_can_be_a_superuser(make_user):
    user = make_user()
    user.is_superuser = True
    with pytest.raises(IntegrityError, match="core_user_no_superuser"), transaction.atomic():
        user.save()
