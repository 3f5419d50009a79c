from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.actions import appointments, users
from core.models import Area, User
from core.views.one_time import path_of_link


class Command(BaseCommand):
    help = (
        "Make an administrator of the whole country: the first ones of a new system, or a second one where only one is "
        "left. For whoever runs the server. Where the person has no password yet, the link to choose one is printed "
        "(once, for three days); run the same command again when they have chosen it: then they are appointed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address by which the person signs in")
        parser.add_argument("name", help="the person's full name")
        parser.add_argument("--reason", required=True, help="why; it is kept in the audit log")

    def handle(self, *args: Any, email: str, name: str, reason: str, **options: Any) -> None:
        at = timezone.now()
        country = Area.objects.filter(level=Area.Level.COUNTRY).first()
        if country is None:
            raise CommandError("There are no places yet: load the country pack first (manage.py load_pack).")
        user = users.create(email=email, full_name=name, password=None, actor=SYSTEM, at=at)
        if user.has_usable_password():
            self._appoint(user, country, reason)
            self.stdout.write(f"{user.full_name} administers {country.name}.")
        else:
            self.stdout.write(
                f"{user.full_name} chooses a password at: https://<the site's address>{path_of_link(user)}"
            )
            self.stdout.write("Run this command again when that is done.")

    @staticmethod
    def _appoint(user: User, country: Area, reason: str) -> None:
        at = timezone.now()
        try:
            appointments.propose(
                user_id=user.pk,
                role=Role.ADMINISTRATOR,
                scope_id=appointments.scope_for(area_id=country.pk).pk,
                starts_on=timezone.localdate(at),
                reason=reason,
                actor=SYSTEM,
                at=at,
            )
        except appointments.Refused as error:
            raise CommandError(str(error)) from error
