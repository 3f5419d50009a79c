"""Recomputing the seals of the logs as a job, so that an auditor can ask for it from a page."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db.models.expressions import RawSQL

from core import audit, seals
from core.access.actor import Actor
from core.access.permissions import Permission
from core.jobs.kinds import JobKind
from core.models import AuditSeal, Job

LINKS_A_PART = 500


class VerifyAudit(JobKind):
    """Every link of both logs, some hundred a part. ``job.state["broken"]`` names those that do not match."""

    name = "core.verify_audit"
    permission = Permission.AUDIT_VIEW
    seen_with = Permission.AUDIT_VIEW

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        actor.require(Permission.AUDIT_VIEW)
        blocks = (
            AuditSeal.objects.annotate(
                block=RawSQL("(row_number() OVER (PARTITION BY log ORDER BY id) - 1) / %s", (LINKS_A_PART,))
            )
            .values_list("id", "log", "block")
            .order_by("id")
        )
        ends: dict[tuple[str, int], int] = {}
        for seal_id, log, block in blocks.iterator():
            ends[log, block] = seal_id
        after: dict[str, int] = {}
        ranges = []
        for (log, _block), last in sorted(ends.items()):
            ranges.append([log, after.get(log, 0), last])
            after[log] = last
        job.state = {"ranges": ranges, "broken": []}
        return len(ranges)

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        log, after, upto = job.state["ranges"][part]
        broken = seals.verify_links(log=log, after=after, upto=upto)
        job.state = job.state | {"broken": [*job.state["broken"], *(asdict(link) for link in broken)]}
        links = AuditSeal.objects.filter(log=log, id__gt=after, id__lte=upto).count()
        return {"links": links, "broken": len(broken)}

    def finish(self, *, job: Job, actor: Actor, at: datetime) -> None:
        audit.record("audit.verify", subject_type="job", subject_id=job.pk, details=dict(job.counts))
