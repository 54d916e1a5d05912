"""A page records that a log was opened; the receipt lets its own socket, which follows at once, be the same opening.

It is for one request by one person in one session, belongs to the records that the page has made, ends after a minute,
and is taken once, whichever process the socket comes to: it lies in Redis until then. While Redis is away none is given
and none is taken, and the socket's opening is recorded like any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.core.cache import caches

from dashboard.cache import Cache
from hosts.access import Actor, Target

_SALT, _SECONDS = "logs opened", 60


def receipt(actor: Actor, session: str, events: list[int], asked: dict[str, Any], targets: Iterable[Target]) -> str:
    """For what was `asked`, which found these `targets`; empty where none can be given."""
    cache = caches["default"]
    if not events or not isinstance(cache, Cache):
        return ""
    text: str = signing.dumps([events, _opened(actor, session, asked, targets)], salt=_SALT)
    return text if cache.put_for_all(_key(text), True, _SECONDS) else ""


def has_receipt(text: str, actor: Actor, session: str, asked: dict[str, Any], targets: Iterable[Target]) -> bool:
    """Whether this very opening is recorded; a second time it is not."""
    try:
        _events, opened = signing.loads(text, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    cache = caches["default"]
    is_this = bool(opened == _opened(actor, session, asked, targets))
    return is_this and isinstance(cache, Cache) and cache.take_once(_key(text))


def _key(text: str) -> str:
    return f"receipt-{hashlib.sha256(text.encode()).hexdigest()}"


def _opened(actor: Actor, session: str, asked: dict[str, Any], targets: Iterable[Target]) -> str:
    """All that tells one opening from another, so written that no two are the same, as a digest."""
    things = sorted([target.host.pk if target.host else 0, target.id] for target in targets)
    whole = json.dumps([actor.user_id, session, asked, things], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()
