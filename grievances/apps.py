from django.apps import AppConfig


class GrievancesConfig(AppConfig):
    name = "grievances"
    default_auto_field = "django.db.models.BigAutoField"
