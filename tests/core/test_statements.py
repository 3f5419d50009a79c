"""Statements that are sent ahead fail as loudly as any other, and leave nothing behind."""

import pytest
from django.db import IntegrityError, connection
from psycopg import Cursor

from core import statements
from core.access.actor import SYSTEM
from core.acting import acting
from core.models import Area, KeptAnswer, User
from tests.fixtures.people import AT

KEEP = (
    "INSERT INTO core_keptanswer (user_id, key, digest, answer, created_at)"
    " VALUES (%(user)s, gen_random_uuid(), %(digest)s, '{}', %(at)s)"
)


@pytest.fixture
def values(make_user) -> dict:
    return {"user": make_user().pk, "digest": b"0" * 32, "at": AT}


def planned() -> tuple[str, ...]:
    names = ("plan_cache_mode", "enable_seqscan", "enable_hashjoin", "enable_mergejoin")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
        return tuple(cursor.fetchone())


def keep(values: dict) -> None:
    with statements.cursor() as cursor:
        cursor.execute(KEEP, values)


def test_what_is_sent_ahead_is_done_and_plans_are_as_before(values):
    before = planned()
    with acting(actor=SYSTEM, at=AT, few_rows=True):
        keep(values)
        keep(values)
        assert statements.look_up("SELECT count(*) FROM core_keptanswer", {}) == [(2,)]
    assert (KeptAnswer.objects.count(), planned()) == (2, before)


def test_who_acts_is_told_with_the_plans_by_one_statement(monkeypatch):
    told = []
    execute = Cursor.execute
    monkeypatch.setattr(Cursor, "execute", lambda self, query, *rest: told.append(query) or execute(self, query, *rest))
    asked = "SELECT current_setting('core.actor_kind'), current_setting('plan_cache_mode')"
    with acting(actor=SYSTEM, at=AT, few_rows=True):
        assert statements.look_up(asked, {}) == [(SYSTEM.kind.value, "force_generic_plan")]
    sets = [str(one) for one in told if "set_config" in str(one)]
    assert "force_generic_plan" in sets[0] and "core.actor_kind" in sets[0]
    assert len(sets) == 3, "one before, and two that give the outer transaction back"


def test_one_that_fails_takes_back_all_though_nothing_was_asked_after_it(values):
    before = planned()
    with pytest.raises(IntegrityError, match="core_keptanswer"), acting(actor=SYSTEM, at=AT, few_rows=True):
        keep(values)
        keep(values | {"digest": None})
    assert (KeptAnswer.objects.count(), planned()) == (0, before)


def test_the_first_that_fails_is_the_one_that_is_told(values):
    with pytest.raises(IntegrityError), acting(actor=SYSTEM, at=AT, few_rows=True):
        keep(values | {"digest": None})
        keep(values)
        statements.look_up("SELECT 1", {})


def test_an_act_within_an_act_gives_the_outer_one_back(values):
    with acting(actor=SYSTEM, at=AT, reason="outer"):
        with pytest.raises(ValueError), acting(actor=SYSTEM, at=AT, few_rows=True):
            keep(values)
            raise ValueError
        keep(values)
    assert KeptAnswer.objects.count() == 1


def test_the_frameworks_own_statements_are_refused_meanwhile(values):
    with pytest.raises(RuntimeError, match="for_few_rows"), acting(actor=SYSTEM, at=AT, few_rows=True):
        User.objects.filter(pk=values["user"]).update(full_name="Nobody")


def test_a_look_up_is_planned_once_and_finds_what_has_changed_since(district):
    find = "SELECT name FROM core_area WHERE id = %(area)s"
    assert statements.look_up(find, {"area": district.pk}) == [(district.name,)]
    with acting(actor=SYSTEM, at=AT):
        Area.objects.filter(pk=district.pk).update(name="Renamed")
    assert statements.look_up(find, {"area": district.pk}) == [("Renamed",)]
