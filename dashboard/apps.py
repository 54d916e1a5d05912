"""The Django app that people see."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"
    verbose_name = "Quayside"

    def ready(self) -> None:
        from dashboard import accounts, celery  # noqa: F401 - the app for sent tasks, and the sign-in signals
