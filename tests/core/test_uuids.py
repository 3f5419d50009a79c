"""UUIDs that are drawn together are what the database would have drawn one by one."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from core import uuids

MOMENT = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)


@given(st.integers(0, 300))
def test_each_is_of_version_7_and_tells_its_moment_and_no_two_are_alike(count):
    drawn = uuids.draw(count, MOMENT)
    each = [UUID(bytes=drawn[place : place + 16]) for place in range(0, len(drawn), 16)]

    assert len(each) == len(set(each)) == count
    for one in each:
        assert (one.version, one.variant) == (7, RFC_4122)
        assert one.int >> 80 == int(MOMENT.timestamp() * 1000)


def test_what_is_drawn_later_comes_after():
    assert uuids.draw(1, MOMENT) < uuids.draw(1, MOMENT + timedelta(milliseconds=1))
