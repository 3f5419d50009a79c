from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import hooks
        from core.jobs import kinds
        from payments.actions import pack
        from payments.jobs import Prepare

        hooks.load_pack.register("payments", pack.load)
        kinds.register(Prepare())
