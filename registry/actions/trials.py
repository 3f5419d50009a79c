"""What a trial of a survey made anew would change: written down before it is taken back, kept for some days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F

from core import audit
from core.access.actor import SYSTEM
from core.acting import acting
from core.locks import Lock, hold
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
    """Keep what was written, once the trial is taken back; returns of how many households. In the job's act.

    Of who was hidden since their row was read nothing is kept: who hides somebody removes what is there, under the same
    lock (``forget_hidden``). It is taken after the rows are written, since writing them waits for locked households.
    """
    statement = f"COPY registry_trialupdate ({_COLUMNS}) FROM STDIN"
    with connection.cursor() as cursor, _file(folder).open("rb") as file, cursor.copy(statement) as copy:
        while piece := file.read(_PIECE):
            copy.write(piece)
    forget_hidden(batch=batch)
    kept = TrialUpdate.objects.filter(batch=batch).count()
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


def forget_hidden(**of: Any) -> None:
    """Remove what trials were told of the place of hidden households: of ``household__district``, or of ``batch``.

    In the caller's act. What was told when they were hidden already names the district alone, and stays.
    """
    hold(Lock.CORRECTED_COPY)
    hidden = TrialUpdate.objects.filter(household__is_protected=True, **of)
    hidden.exclude(area=F("district")).delete()


def _file(folder: Path) -> Path:
    return folder / "updates"
