from collections.abc import Iterator

import psycopg
import pytest

from tests import testdb


@pytest.fixture(scope="session")
def postgres(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """One connection for all examples; the tests only read."""
    with psycopg.connect(testdb.app_url(), autocommit=True) as connection:
        yield connection
