"""Preparation and release as jobs: parts that commit with their progress, so that a killed worker loses one at most."""

from collections.abc import Mapping
from datetime import datetime

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.jobs.kinds import JobKind
from core.jobs.queue import NotAgain
from core.models import Job
from payments.actions import steps
from payments.actions.payrolls import releasing
from payments.actions.payrolls.errors import locked, require_state
from payments.files import build
from payments.kinds import PREPARE, RELEASE
from payments.models import Exclusion, Payroll


class NotADraft(Exception):
    """Only a draft payroll can be prepared."""


class Prepare(JobKind):
    """Prepare a draft payroll: one part a period for what is owed, then lines, validation, attachment, totals."""

    name = PREPARE
    seen_with = Permission.PAYMENTS_VIEW

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        payroll = self._payroll(job, actor)
        steps.clear(payroll)
        return len(steps.periods_of(payroll)) + 4

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        payroll = self._payroll(job, actor)
        spans = steps.periods_of(payroll)
        if part < len(spans):
            return {"newly_owed": steps.entitle(payroll, period=spans[part], at=at)}
        match part - len(spans):
            case 0:
                return {"lines": steps.write_lines(payroll)}
            case 1:
                steps.validate_lines(payroll)
                return {}
            case 2:
                steps.claim(payroll)
                return {"left_out": Exclusion.objects.filter(payroll=payroll).count()}
            case _:
                return self._sum_up(payroll, at)

    def finish(self, *, job: Job, actor: Actor, at: datetime) -> None:
        payroll = self._payroll(job, actor)
        audit.record(
            "payroll.prepare",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={
                "lines": payroll.line_count,
                "total_minor": payroll.total_minor,
                "left_out": payroll.exclusions,
                "round": payroll.round,
            },
        )

    def retried(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """Only the newest preparation of a draft may go on: a later one has written its own lines."""
        payroll = Payroll.objects.select_for_update(of=("self",)).get(pk=job.parameters["payroll"])
        if payroll.status != Payroll.Status.DRAFT:
            raise NotAgain(NotADraft.__doc__)
        if Job.objects.filter(identity=job.identity, pk__gt=job.pk).exists():
            raise NotAgain("A later preparation has taken this one's place.")

    @staticmethod
    def _payroll(job: Job, actor: Actor) -> Payroll:
        payroll = (
            Payroll.objects.select_for_update(of=("self",))
            .select_related("cycle__programme", "budget")
            .get(pk=job.parameters["payroll"])
        )
        actor.require_for_programme(Permission.PAYMENTS_PREPARE, payroll.cycle.programme.code)
        if payroll.status != Payroll.Status.DRAFT:
            raise NotADraft(NotADraft.__doc__)
        return payroll

    @staticmethod
    def _sum_up(payroll: Payroll, at: datetime) -> Mapping[str, int]:
        payroll.line_count, payroll.total_minor = steps.totals(payroll)
        reasons = Exclusion.objects.filter(payroll=payroll).values_list("reason", flat=True)
        payroll.exclusions = {
            reason: count for reason in Exclusion.Reason.values if (count := reasons.filter(reason=reason).count())
        }
        payroll.prepared_at = at
        payroll.save(update_fields=["line_count", "total_minor", "exclusions", "prepared_at"])
        return {"total_minor": payroll.total_minor}


class Release(JobKind):
    """Make a payroll's files, one a part, and hand it over with the last: files, lines and money at once.

    Until then nothing of it has left: the payroll is RELEASING, signed by the third person, its lines sealed. A killed
    worker leaves whole files that belong to nobody yet, and the next goes on with the others.
    """

    name = RELEASE
    permission = Permission.PAYMENTS_RELEASE
    seen_with = Permission.PAYMENTS_VIEW

    def plan(self, *, job: Job, actor: Actor, at: datetime) -> int:
        job.state = {"kinds": build.kinds_of(self._payroll(job, actor)), "files": []}
        return len(job.state["kinds"])

    def run_part(self, *, job: Job, part: int, actor: Actor, at: datetime) -> Mapping[str, int]:
        payroll = self._payroll(job, actor)
        made = releasing.make_file(payroll, kind=job.state["kinds"][part], at=at)
        # Not in place: what a lost lease rolls back must not stay in this process.
        job.state = {**job.state, "files": [*job.state["files"], made]}
        return {"files": 1}

    def finish(self, *, job: Job, actor: Actor, at: datetime) -> None:
        releasing.hand_over(self._payroll(job, actor), files=job.state["files"], at=at)

    def retried(self, *, job: Job, actor: Actor, at: datetime) -> None:
        """A payroll that was sent back meanwhile is released by a new signature, not by an old job."""
        payroll = Payroll.objects.select_for_update(of=("self",)).get(pk=job.parameters["payroll"])
        later = Job.objects.filter(identity=job.identity, pk__gt=job.pk).exists()
        if payroll.status != Payroll.Status.RELEASING or later:
            raise NotAgain("The payroll is no longer being released by this job.")

    @staticmethod
    def _payroll(job: Job, actor: Actor) -> Payroll:
        payroll = locked(payroll_id=job.parameters["payroll"], permission=Permission.PAYMENTS_RELEASE, actor=actor)
        require_state(payroll, Payroll.Status.RELEASING)
        return payroll
