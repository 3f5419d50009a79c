from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import hooks
        from core.jobs import kinds
        from registry.actions import pack
        from registry.actions.import_job import ImportJob

        hooks.load_pack.register("registry", pack.load)
        kinds.register(ImportJob())
