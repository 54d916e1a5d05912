"""All connections of this process: so many in all, so many of one client; who only waits gives way to who comes."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

from dashboard.net.addresses import group_of, is_proxy, readable


@dataclass(eq=False, slots=True)
class Connection:
    """`give_way` ends it."""

    peer: str
    give_way: Callable[[], None]
    client: str = field(init=False)

    def __post_init__(self) -> None:
        address = readable(self.peer)
        # A proxy has as many as its clients need, and those are counted for themselves.
        self.client = "" if not address or is_proxy(address) else group_of(address)


class Crowd:
    def __init__(self) -> None:
        self._all: set[Connection] = set()
        # Those that have asked nothing, the one that waits longest first.
        self._waiting: dict[Connection, None] = {}
        self._of: dict[str, dict[Connection, None]] = {}

    def enter(self, connection: Connection) -> bool:
        """Whether there is room for it; it waits then."""
        mine = self._of.get(connection.client, {})
        if connection.client and len(mine) >= settings.LIMIT_CONNECTIONS_PER_ADDRESS and not self._gives_way(mine):
            return False
        if len(self._all) >= most() and not self._gives_way(self._waiting):
            return False
        self._all.add(connection)
        self._of.setdefault(connection.client, {})[connection] = None
        self._waiting[connection] = None
        return True

    def busy(self, connection: Connection) -> None:
        self._waiting.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        if connection in self._all:
            self._waiting[connection] = None

    def leave(self, connection: Connection) -> None:
        self._all.discard(connection)
        self._waiting.pop(connection, None)
        mine = self._of.get(connection.client, {})
        mine.pop(connection, None)
        if not mine:
            self._of.pop(connection.client, None)

    def _gives_way(self, among: dict[Connection, None]) -> bool:
        oldest = next((each for each in among if each in self._waiting), None)
        if oldest is None:
            return False
        self.leave(oldest)
        oldest.give_way()
        return True


def most() -> int:
    """What the system lets a process open is for files, engines and the database too."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    can = soft if soft != resource.RLIM_INFINITY else settings.LIMIT_CONNECTIONS
    return min(settings.LIMIT_CONNECTIONS, can * 3 // 4)


crowd = Crowd()
