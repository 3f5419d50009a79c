"""What core adds to the menu and to the start page."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.permissions import Permission
from core.hooks import NavigationItem, WaitingTask
from core.models import Job
from core.queries import password_links
from core.queries.audit import unsealed
from core.queries.jobs import jobs
from core.queries.people import to_confirm

SEALED_WITHIN = timedelta(days=1)


def navigation(actor: Actor) -> list[NavigationItem]:
    """Core's pages that this actor may use."""
    pages = [
        (Permission.ACCESS_PROPOSE, _("People"), "core:people"),
        (Permission.AUDIT_VIEW, _("Audit"), "core:audit"),
        (Permission.JOBS_VIEW, _("Jobs"), "core:jobs"),
    ]
    return [NavigationItem(label=label, url=reverse(name)) for needed, label, name in pages if actor.may(needed)]


def waiting(actor: Actor) -> list[WaitingTask]:
    """Appointments to confirm; one's own failed jobs, and everybody's for administrators; rows too long unsealed."""
    tasks = []
    if actor.may(Permission.ACCESS_CONFIRM):
        others = to_confirm(actor=actor, by_others=True)
        tasks.append(
            WaitingTask(
                label=_("Appointments to confirm"),
                count=others.count(),
                url=reverse("core:appointments"),
                hint=_("Proposed by somebody else"),
            )
        )
        links = password_links.waiting(actor=actor, by_others=True).count()
        if links:
            hint = _("Asked for by another administrator")
            tasks.append(WaitingTask(_("Links to choose a password"), links, reverse("core:password_links"), hint))
    tasks += _failed_jobs(actor)
    if actor.may(Permission.AUDIT_VIEW):
        late = unsealed(actor=actor, before=timezone.now() - SEALED_WITHIN)
        if late:
            tasks.append(
                WaitingTask(
                    label=_("Rows of the logs without a seal"),
                    count=late,
                    url=reverse("core:audit_seals"),
                    hint=_("Older than a day: the sealing does not run"),
                    urgent=True,
                )
            )
    return tasks


def _failed_jobs(actor: Actor) -> list[WaitingTask]:
    everybodys = actor.may(Permission.JOBS_VIEW) and actor.may(Permission.ACCESS_PROPOSE)
    failed = jobs(actor=actor, status=Job.Status.FAILED, mine=not everybodys).count()
    if not failed:
        return []
    asked = "status=failed" if everybodys else "status=failed&mine=on"
    label = _("Jobs that stopped with an error") if everybodys else _("Your jobs that stopped with an error")
    return [WaitingTask(label=label, count=failed, url=f"{reverse('core:jobs')}?{asked}")]
