"""What a trial of a survey made anew would change: written down before it is taken back, kept for some days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from core import audit
from core.access.actor import SYSTEM
from core.acting import acting
from registry.models import ImportBatch, TrialUpdate

_COLUMNS = "batch_id, source_key, household_id, area_id, district_id, waits, why, told, members"
_PIECE = 1 << 20

_FOUND = """
COPY (
    SELECT s.batch_id, s.source_key, s.renews_id, s.area_id, s.district_id, s.status = 'in_review', coalesce((
            SELECT i.message FROM registry_submissionissue i WHERE i.submission_id = s.id
            ORDER BY array_position(ARRAY['error', 'duplicate', 'warning'], i.severity), i.id LIMIT 1), ''),
        to_jsonb(s) - 'payload' || '{{"payload": "{{}}"}}', coalesce((
            SELECT jsonb_agg(to_jsonb(m) - '{{name_keys,name_date_key}}'::text[] ORDER BY m.position)
            FROM registry_submissionmember m WHERE m.submission_id = s.id), '[]')
    FROM registry_submission s
    WHERE s.batch_id = {batch} AND s.renews_id IS NOT NULL
        AND (s.status = 'in_review' OR s.id = ANY('{{{changing}}}'::bigint[]))
    ORDER BY s.id
) TO STDOUT
"""


def write(batch: ImportBatch, folder: Path, *, changing: Collection[int]) -> None:
    """Write to a file of the folder what a trial found, before it is taken back: what waits, and the submissions
    ``changing`` by number. It is not held in memory: a survey may tell of every household."""
    statement = _FOUND.format(batch=batch.pk, changing=",".join(map(str, sorted(changing))))
    with _file(folder).open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for piece in copy:
            file.write(piece)


def keep(batch: ImportBatch, folder: Path) -> int:
    """Keep what was written, once the trial is taken back; returns of how many households. In the job's act."""
    statement = f"COPY registry_trialupdate ({_COLUMNS}) FROM STDIN"
    with connection.cursor() as cursor:
        with _file(folder).open("rb") as file, cursor.copy(statement) as copy:
            while piece := file.read(_PIECE):
                copy.write(piece)
        kept = int(cursor.rowcount)
    audit.record("import.trial", subject_type="import_batch", subject_id=batch.pk, details={"would_change": kept})
    return kept


def expire(*, at: datetime) -> int:
    """Remove what trials found that are older than copies of rows to correct are kept; returns how many rows."""
    over = at - timedelta(days=settings.CORRECTED_COPY_DAYS)
    with acting(actor=SYSTEM, at=at, reason="Their time is over."):
        old = TrialUpdate.objects.filter(batch__created_at__lt=over)
        batches = sorted(old.order_by().values_list("batch_id", flat=True).distinct())
        removed, _ = old.delete()
        for number in batches:
            audit.record("import.trial_over", subject_type="import_batch", subject_id=number)
    return removed


def forget_hidden(*, district_id: int) -> None:
    """Remove what trials were told of this district's hidden households. In the act of who hides one."""
    TrialUpdate.objects.filter(household__is_protected=True, household__district_id=district_id).delete()


def _file(folder: Path) -> Path:
    return folder / "updates"
