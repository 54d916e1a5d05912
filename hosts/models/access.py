"""Who has which role, over all hosts or over one group of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    OPERATOR = "operator", _("Operator")
    ADMINISTRATOR = "administrator", _("Administrator")

    def at_least(self) -> tuple[Role, ...]:
        """This role and every stronger one."""
        ladder = tuple(Role)
        return ladder[ladder.index(self) :]


class RoleAssignment(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    group = models.ForeignKey(
        "hosts.HostGroup",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
        verbose_name=_("host group"),
        help_text=_("Empty: over all hosts."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="one_role_per_person_and_group"),
            # NULLs are never equal to each other, so the role over all hosts needs a rule of its own.
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(group__isnull=True), name="one_role_per_person_over_all_hosts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.group or '*'}"
