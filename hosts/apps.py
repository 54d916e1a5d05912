"""The Django app that knows what is true and what may be done."""

from django.apps import AppConfig


class HostsConfig(AppConfig):
    name = "hosts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Docker hosts"
