"""Reading jobs, as far as the actor may see them."""

from django.db.models import Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.jobs import kinds
from core.models import Job


def jobs(*, actor: Actor, status: str = "", mine: bool = False) -> QuerySet[Job]:
    """The jobs that this actor started, and for those who see jobs the others that belong to their work; newest first.

    Administrators, who keep the house running, see every job.
    """
    rows = Job.objects.select_related("actor").order_by("-id")
    own = Q(actor_id=actor.user_id, actor_id__isnull=False)
    if mine or not actor.may(Permission.JOBS_VIEW):
        rows = rows.filter(own)
    elif not actor.may(Permission.ACCESS_PROPOSE):
        rows = rows.filter(own | ~Q(kind__in=kinds.hidden_from(actor)))
    return rows.filter(status=status) if status else rows


def job_for(*, actor: Actor, job_id: int) -> Job | None:
    """One of ``jobs``."""
    return jobs(actor=actor).filter(pk=job_id).first()
