from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import hooks
        from core.jobs import kinds
        from payments import audit_words
        from payments import hooks as ours
        from payments.actions import following, pack
        from payments.jobs import Prepare, Release

        hooks.load_pack.register("payments", pack.load)
        hooks.waiting_tasks.register("payments", ours.waiting_tasks)
        hooks.navigation.register("payments", ours.navigation)
        hooks.household_tabs.register("payments", ours.household_tabs)
        kinds.register(Prepare())
        kinds.register(Release())
        hooks.references.register("payments", ours.references)
        hooks.audit_words.register("payments", audit_words.of_payments)
        hooks.household_changed.register("payments", following.follow)
        hooks.household_merge.register("payments", following.merge)
