"""How the audit log's chain is, in words: one line on its page, and a notice there and on the overview in trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.pages.allowed import permissions
from dashboard.requests import Request
from hosts.access import Capability
from hosts.audit import notary
from hosts.audit.notary import Trouble

_TAMPERED = _("Run “manage.py audit verify” to see which. After restoring a backup, run “manage.py audit restored”.")
_UNWRITTEN = _("Until that works again, changes to the newest audit records would go unnoticed.")
_WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    Trouble.SHORT: (_("Audit records are missing"), _TAMPERED),
    Trouble.DIFFERENT: (_("Audit records were changed"), _TAMPERED),
    Trouble.GAP: (_("Audit records are missing"), _TAMPERED),
    Trouble.KEY: (_("The audit signing key can't be used"), _UNWRITTEN),
    Trouble.FILE: (_("Audit checkpoints can't be written"), _UNWRITTEN),
    Trouble.SYSLOG: (_("Audit checkpoints can't be sent to syslog"), _UNWRITTEN),
}


@dataclass(frozen=True, slots=True)
class Chain:
    """`waiting` leaves are not covered by the last checkpoint, which was signed `at`."""

    size: int
    waiting: int
    at: datetime | None
    title: str | Promise = ""
    text: str | Promise = ""
    reason: str = ""

    @property
    def level(self) -> str:
        return "bad" if self.text is _TAMPERED else "warn"


def chain(request: Request) -> Chain | None:
    """For who sees the whole audit log; None for others, and while the watcher says nothing. Asks no database."""
    found = notary.state()
    if found is None or not permissions(request).may(Capability.AUDIT_VIEW):
        return None
    title, text = _WORDS.get(found.trouble, ("", ""))
    return Chain(found.size, max(0, found.size - found.signed), parse_datetime(found.at), title, text, found.reason)
