"""An import that was cancelled or stopped keeps nobody from bringing the same files again."""

from core.access.actor import SYSTEM
from core.jobs import queue
from registry.actions import imports
from tests.fixtures.registry import TOLD_AT


def test_after_a_cancelled_import_the_same_files_can_be_brought_in(payload, write_files, bring_in):
    households, persons = write_files(payload)
    waiting = imports.receive(households=households, persons=persons, actor=SYSTEM, at=TOLD_AT, send=False)

    queue.cancel(job_id=waiting.job_id, actor=SYSTEM, at=TOLD_AT)

    waiting.refresh_from_db()
    assert waiting.status == "failed"
    again = bring_in(households, persons)
    assert again.pk != waiting.pk
    assert again.counts["accepted"] == 1
