from django.apps import AppConfig


class GrievancesConfig(AppConfig):
    name = "grievances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import hooks
        from grievances import audit_words, entrances
        from grievances.actions import following, pack

        hooks.load_pack.register("grievances", pack.load)
        hooks.waiting_tasks.register("grievances", entrances.waiting_tasks)
        hooks.navigation.register("grievances", entrances.navigation)
        hooks.household_tabs.register("grievances", entrances.household_tabs)
        hooks.references.register("grievances", entrances.references)
        hooks.audit_words.register("grievances", audit_words.of_grievances)
        hooks.household_changed.register("grievances", following.follow)
        hooks.household_merge.register("grievances", following.merge)
