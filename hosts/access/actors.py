"""Who acts: a person in a browser, somebody at the machine's own shell, or Quayside itself."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "person"
    SHELL = "shell"
    SYSTEM = "system"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and from where; what they may do is looked up anew at each decision and never kept here."""

    kind: ActorKind
    name: str
    user_id: int | None = None
    address: str = ""

    @classmethod
    def system(cls, part: str) -> Actor:
        """Quayside's own part, such as `watcher`: it reads and keeps the inventory, and changes nothing."""
        return cls(ActorKind.SYSTEM, part)

    @classmethod
    def shell(cls) -> Actor:
        """Whoever runs a management command: they hold the keys and the database, so they may do anything."""
        return cls(ActorKind.SHELL, getpass.getuser())

    @classmethod
    def nobody(cls, name: str = "", address: str = "") -> Actor:
        """Somebody who has not signed in; `name` is what they claimed to be."""
        return cls(ActorKind.NOBODY, name, address=address)
