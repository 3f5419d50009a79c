"""What a progress bar says of a job."""

from datetime import UTC, datetime

from core.jobs.progress import progress_of
from core.models import Job


def test_counts_stand_in_the_order_of_their_kind_and_others_after_them():
    counts = {"refused": 1, "persons": 9, "households": 2, "accepted": 1, "a_count_of_later": 3}
    job = Job(pk=1, kind="registry.import", status="running", parts_done=1, parts_total=2, counts=counts)
    shown = progress_of(job, at=datetime(2026, 11, 1, tzinfo=UTC), url="", page_url="").counts
    assert list(shown) == ["households", "persons", "accepted", "refused", "a_count_of_later"]
    assert dict(shown) == counts


def test_counts_of_an_unknown_kind_stand_by_their_names():
    job = Job(pk=1, kind="nobody.knows", status="done", counts={"zebras": 1, "apes": 2})
    assert list(progress_of(job, at=datetime(2026, 11, 1, tzinfo=UTC), url="", page_url="").counts) == [
        "apes",
        "zebras",
    ]
