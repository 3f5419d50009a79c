from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.access.actor import ActorKind
from core.jobs import runner
from core.models import Job, User
from core.queries.access import actor_of
from core.tasks import worker_name
from payments.actions import payrolls
from payments.models import PaymentCycle


class Command(BaseCommand):
    help = (
        "Prepare the next payroll of a payment cycle on behalf of a finance preparer, and say how far it is. "
        "A command that was stopped goes on where it was when it is started again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, for example CGP")
        parser.add_argument("cycle", help="name of the cycle, as the page of payments shows it")
        parser.add_argument("--user", required=True, help="e-mail address of the finance preparer")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker and return at once")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["user"]).first()
        cycle = PaymentCycle.objects.filter(programme__code=options["programme"], code=options["cycle"]).first()
        if user is None or cycle is None:
            raise CommandError("There is no such user." if user is None else "There is no such cycle.")
        actor = actor_of(user_id=user.pk, kind=ActorKind.COMMAND)
        payroll, job = payrolls.create(cycle_id=cycle.pk, actor=actor, at=timezone.now(), send=options["queue"])
        if not options["queue"]:
            job = runner.run(job_id=job.pk, worker=worker_name(), progress=self._tell)
            if job.status == Job.Status.FAILED:
                raise CommandError(job.error)
            payroll.refresh_from_db()
        self.stdout.write(f"{payroll.reference}: {payroll.line_count} lines, {payroll.total_minor} minor units.")

    def _tell(self, job: Job) -> None:
        self.stdout.write(f"{job.parts_done} of {job.parts_total} parts")
