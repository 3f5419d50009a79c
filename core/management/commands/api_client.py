from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.access.actor import SYSTEM
from core.actions import api_clients, users
from core.models import ApiClient


class Command(BaseCommand):
    help = (
        "Make a token for a system that uses the API, or end one. The token acts as an account of its own, which needs "
        "an appointment (People and roles) before it may do anything. The token is shown once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        create = what.add_parser("create", help="make a token")
        create.add_argument("name", help="the system, as the log shall name it")
        create.add_argument("email", help="the e-mail address of the account that it acts as; made if it is not there")
        create.add_argument("--days", type=int, default=365, help="valid for so many days (default: 365)")
        revoke = what.add_parser("revoke", help="end a token at once")
        revoke.add_argument("public_id", help="the part of the token before the dot")
        revoke.add_argument("--reason", required=True, help="why")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        at = timezone.now()
        try:
            if what == "create":
                user = users.create(
                    email=options["email"], full_name=options["name"], password=None, actor=SYSTEM, at=at
                )
                _, token = api_clients.create(
                    name=options["name"],
                    user_id=user.pk,
                    expires_at=at + timedelta(days=options["days"]),
                    actor=SYSTEM,
                    at=at,
                )
                self.stdout.write(token)
            else:
                api_clients.revoke(public_id=options["public_id"], reason=options["reason"], actor=SYSTEM, at=at)
                self.stdout.write("The token is of no use any more.")
        except (api_clients.NotAMachine, api_clients.ExpiresTooEarly) as error:
            raise CommandError(str(error)) from error
        except ApiClient.DoesNotExist as error:
            raise CommandError("There is no such token.") from error
