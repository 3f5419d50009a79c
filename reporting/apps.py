from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import hooks
        from core.jobs import kinds
        from reporting import audit_words
        from reporting.jobs import RefreshFigures
        from reporting.navigation import entries

        kinds.register(RefreshFigures())
        hooks.navigation.register("reporting", entries)
        hooks.audit_words.register("reporting", audit_words.of_reporting)
