from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.access.actor import ActorKind, NotPermitted
from core.models import User
from core.queries.access import actor_of
from payments.actions import reconciling
from payments.actions.payrolls import IllegalMove
from payments.models import Payroll
from payments.returns import UnreadableReturns


class Command(BaseCommand):
    help = (
        "Enter a provider's return file (docs/returns-format.md) for a released payroll and say what it settled. "
        "The same file a second time changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the return file, CSV")
        parser.add_argument("--payroll", required=True, help="reference of the payroll, for example PY-...")
        parser.add_argument("--user", required=True, help="e-mail address of who reconciles")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["user"]).first()
        payroll = Payroll.objects.filter(reference=options["payroll"].strip().upper()).first()
        if user is None or payroll is None:
            raise CommandError("There is no such user." if user is None else "There is no such payroll.")
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        try:
            file = reconciling.import_returns(
                payroll_id=payroll.pk,
                content=content,
                name=path.name,
                actor=actor_of(user_id=user.pk, kind=ActorKind.COMMAND),
                at=timezone.now(),
            )
        except UnreadableReturns as error:
            raise CommandError("\n".join(f"{path.name}: {problem}" for problem in error.problems[:50])) from error
        except (NotPermitted, IllegalMove, reconciling.OtherPayroll, reconciling.NothingFits) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{file.paid_count} paid, {file.returned_count} returned, {file.refused_count} rows without effect."
        )
