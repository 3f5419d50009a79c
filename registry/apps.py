from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import hooks
        from core.jobs import kinds
        from registry import audit_words
        from registry.actions import pack
        from registry.actions.accepting import AcceptTogether
        from registry.actions.corrected import CorrectedJob
        from registry.actions.import_job import ImportJob
        from registry.queries import notices
        from registry.views import waiting

        hooks.load_pack.register("registry", pack.load)
        hooks.navigation.register("registry", waiting.navigation)
        hooks.waiting_tasks.register("registry", waiting.tasks)
        kinds.register(ImportJob())
        kinds.register(CorrectedJob())
        kinds.register(AcceptTogether())
        hooks.audit_words.register("registry", audit_words.of_registry)
        hooks.references.register("registry", waiting.references)
        hooks.privacy_notice.register("registry", notices.told_to_everybody)
        hooks.recertification_terms.register("registry", waiting.interviewed_again)
