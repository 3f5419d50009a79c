from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "eligibility"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import hooks
        from core.jobs import kinds
        from eligibility import audit_words, joining
        from eligibility.actions import following, noticing, pack
        from eligibility.queries import publishing
        from eligibility.tasks import Assess

        kinds.register(Assess())
        hooks.load_pack.register("eligibility", pack.load)
        hooks.navigation.register("eligibility", joining.navigation)
        hooks.waiting_tasks.register("eligibility", joining.waiting_tasks)
        hooks.household_tabs.register("eligibility", joining.household_tabs)
        hooks.references.register("eligibility", joining.references)
        hooks.programmes.register("eligibility", joining.programmes)
        hooks.audit_words.register("eligibility", audit_words.of_eligibility)
        hooks.household_changed.register("eligibility", noticing.note_and_follow)
        hooks.household_merge.register("eligibility", following.merge)
        hooks.change_preview.register("eligibility", noticing.preview)
        hooks.recertification_terms.register("eligibility", joining.recertification_terms)
        hooks.question_uses.register("eligibility", publishing.question_uses)
        hooks.visit_outcome.register("eligibility", noticing.note_visit)
