from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def make_guards_final(*, using: str, **_: Any) -> None:
    """Make the trigger library's off-switch a constant: no session variable turns a guard off."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('public._pgtrigger_should_ignore(name)')")
        if cursor.fetchone()[0]:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean "
                "LANGUAGE sql IMMUTABLE AS 'SELECT false'"
            )


class CoreConfig(AppConfig):
    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import audit_words, hooks
        from core.actions import places
        from core.jobs import kinds
        from core.jobs.verify import VerifyAudit
        from core.views import menu

        hooks.load_pack.register("core", places.load)
        hooks.navigation.register("core", menu.navigation)
        hooks.waiting_tasks.register("core", menu.waiting)
        hooks.audit_words.register("core", audit_words.of_core)
        kinds.register(VerifyAudit())
        # The last thing that every migration run does; the library defines the function anew with each trigger.
        post_migrate.connect(make_guards_final, sender=self, dispatch_uid="core.make_guards_final")
