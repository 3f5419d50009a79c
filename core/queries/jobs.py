"""Reading jobs, as far as the actor may see them."""

from django.db.models import QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Job


def jobs(*, actor: Actor, status: str = "", mine: bool = False) -> QuerySet[Job]:
    """The jobs that this actor started, or all for those who may see the state of jobs; newest first."""
    rows = Job.objects.select_related("actor").order_by("-id")
    if mine or not actor.may(Permission.JOBS_VIEW):
        rows = rows.filter(actor_id=actor.user_id, actor_id__isnull=False)
    return rows.filter(status=status) if status else rows


def job_for(*, actor: Actor, job_id: int) -> Job | None:
    """One of ``jobs``."""
    return jobs(actor=actor).filter(pk=job_id).first()
