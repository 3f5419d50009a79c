from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def make_guards_final(*, using: str, **_: Any) -> None:
    """Whatever the migrations made: its guards hold, for the application and in every partition."""
    from core import guards

    guards.make_final(using=using)


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
