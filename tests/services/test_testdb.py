"""The test run itself stands on the plugin: these look at it from inside and from outside."""

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests import plugin, testdb


def test_tests_connect_as_the_application_to_a_copy_of_their_own(committed_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_database()")
        user, database = cursor.fetchone()

    assert user == "registry_app"
    assert database.startswith("test_registry_run")


def test_committed_rows_are_seen_by_another_connection(
    committed_db: None, second_connection: psycopg.Connection, owner_connection: psycopg.Connection
) -> None:
    ContentType.objects.create(app_label="left", model="behind")

    for other in (second_connection, owner_connection):
        found = other.execute("select 1 from django_content_type where model = 'behind'").fetchone()
        assert found == (1,)


def test_committed_rows_are_gone_in_the_next_test(committed_db: None) -> None:
    assert not ContentType.objects.filter(model="behind").exists()


def test_redis_addresses_change_their_database_alone() -> None:
    assert testdb.redis_database("redis://:p@h:6379/0", 3) == "redis://:p@h:6379/3"
    assert testdb.redis_database("unix:///a/b.sock?db=0", 3) == "unix:///a/b.sock?db=3"
    assert (
        testdb.redis_database("redis+socket:///a/b.sock?virtual_host=0", 3) == "redis+socket:///a/b.sock?virtual_host=3"
    )


def test_what_is_said_to_be_long_is_there() -> None:
    assert [name for name in plugin.LONG if not (plugin.ROOT / name).is_file()] == []


def test_each_process_gets_whole_files_and_what_is_long_before_the_rest() -> None:
    names = ["tests/registry/a.py", "tests/core/b.py", *plugin.LONG[:3], "tests/pure/c.py", "tests/api/d.py"]
    items = [_Item(plugin.ROOT / name, number) for name in names for number in range(4)]

    dealt = plugin.dealt(items, 2)

    order = [path for path, _ in groupby(dealt, key=plugin._path)]
    assert sorted(order) == sorted(names)
    assert Counter(dealt) == Counter(items)
    assert order[0] == "tests/pure/c.py"
    assert order.index(plugin.LONG[0]) < order.index(plugin.LONG[2]) < len(order) / 2 <= order.index(plugin.LONG[1])
    assert order[-1] not in plugin.LONG


class _Item(NamedTuple):
    path: Path
    number: int
