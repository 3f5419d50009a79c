from collections.abc import Iterator

import psycopg
import pytest

from tests import testdb


@pytest.fixture
def postgres(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """One connection for all examples of a test. Tests of other modules may make the database anew in between."""
    with psycopg.connect(testdb.app_url(), autocommit=True) as connection:
        yield connection
