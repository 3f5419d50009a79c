"""``manage.py migrate``: Django's own, in about half of its time, and the permissions in step with it."""

from typing import Any

from django.core.management.commands import migrate
from django.utils import timezone

from core.access.actor import SYSTEM
from core.migrating import light_states


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with light_states():
            answer: str | None = super().handle(*args, **options)
        if not (options["app_label"] or options["plan"] or options["check_unapplied"]):
            self._appoint_anew()
        return answer

    @staticmethod
    def _appoint_anew() -> None:
        """A role may have gained a permission: whoever holds it has it from now on, not from the next hour."""
        from core.actions.appointments import sync_all

        sync_all(actor=SYSTEM, at=timezone.now())
