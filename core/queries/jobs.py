"""Reading jobs, as far as the actor may see them."""

from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Job


def job_for(*, actor: Actor, job_id: int) -> Job | None:
    """A job that this actor started, or any for those who may see the state of jobs."""
    jobs = Job.objects.filter(pk=job_id)
    if not actor.may(Permission.JOBS_VIEW):
        jobs = jobs.filter(actor_id=actor.user_id, actor_id__isnull=False)
    return jobs.first()
