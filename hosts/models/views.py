"""Which lists and logs somebody comes back to: a page of the console with its filters, under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

LONGEST_QUERY = 2000
# Where in a list one stands is not what it shows.
PASSING = ("page", "fragment")


class ViewPage(models.TextChoices):
    """The pages that can be saved, by the name of their address."""

    CONTAINERS = "containers", _("Containers")
    IMAGES = "images", _("Images")
    NETWORKS = "networks", _("Networks")
    VOLUMES = "volumes", _("Volumes")
    HOSTS = "hosts", _("Hosts")
    JOBS = "jobs", _("Jobs")
    AUDIT = "audit", _("Audit")
    LOGS = "merged_logs", _("Logs")
    LOG_SEARCH = "log_search", _("Search logs")


class SavedView(models.Model):
    """`query` is a query string without the page. What it shows is decided anew for everybody who opens it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    page = models.CharField(_("page"), max_length=20, choices=ViewPage.choices)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=LONGEST_QUERY, blank=True)
    shared = models.BooleanField(_("shared with everybody"), default=False)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "page", "name"], name="one_view_per_owner_and_name")]

    def __str__(self) -> str:
        return self.name


def same_query(text: str) -> str:
    """The query string in the one form in which it is kept and compared: no empty values, no place in the list."""
    given = QueryDict(text.removeprefix("?"))
    kept = QueryDict(mutable=True)
    for name, values in sorted(given.lists()):
        if name not in PASSING and (filled := [value for value in values if value]):
            kept.setlist(name, filled)
    return kept.urlencode(safe=":")
