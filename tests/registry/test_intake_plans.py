"""What a part of an import costs the database does not depend on how large the register is, nor on its statistics."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from registry.sample import write
from tests.testdb import owner_url

_READ = """
SELECT 'rows of ' || relname, seq_tup_read FROM pg_stat_user_tables WHERE relname LIKE 'registry_%'
UNION ALL
SELECT indexrelname, idx_tup_read FROM pg_stat_user_indexes WHERE relname LIKE 'registry_%'
"""


def read():
    """How many rows and entries of indexes have been read, by table and index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(_READ)
        return dict(cursor.fetchall())


def learn_by_heart():
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        owner.execute("ANALYZE")


@pytest.fixture
def bring(committed_db, settings, tmp_path, bring_in):
    """``bring(households, seed)``: import a sample; returns what was read for it."""

    def bring(households, seed):
        folder = tmp_path / str(seed)
        write.write(pack=settings.COUNTRY_PACK_DIR, out=folder, households=households, seed=seed, on=date(2026, 9, 30))
        before = read()
        at = timezone.now() + timedelta(days=400)  # after the interviews, whenever this runs
        bring_in(folder / "households.csv", folder / "persons.csv", at=at)
        return {name: count - before[name] for name, count in read().items()}

    return bring


def test_a_part_reads_no_more_of_a_larger_register(bring):
    bring(200, seed=1)
    learn_by_heart()
    small = bring(150, seed=2)
    bring(1200, seed=3)  # some 5,000 persons
    learn_by_heart()
    large = bring(150, seed=4)

    assert max(small.values()) > 500  # what is counted is counted
    grown = {name: (small[name], count) for name, count in large.items() if count > 2 * small[name] + 1000}
    assert not grown
