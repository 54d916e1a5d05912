"""Who is shown the credentials in live logs? Each right is asked for and in the trail before a line is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.live.session import DENIED, Closing
from dashboard.live.watch import Question
from hosts.access import Actor, Capability, Denied, Grant, Target
from hosts.models import Host
from hosts.operations.recording import Inputs, record_reading


def revealed(actor: Actor, target: Target, inputs: dict[str, Any]) -> Grant:
    """For one log; the socket closes where it is refused."""
    answer = record_reading(actor, Capability.LOGS_UNMASKED, target, inputs)
    if isinstance(answer, Denied):
        raise Closing(DENIED, answer.reason)
    return answer


class Reveals:
    """For the logs of many hosts, each asked for once. Where it is refused they stay masked."""

    def __init__(self, actor: Actor, *, wanted: bool) -> None:
        self._actor, self._wanted = actor, wanted
        self._grants: dict[int, Grant] = {}
        self._refusals: dict[int, str] = {}

    def ask(self, hosts: Iterable[Host], inputs: Inputs) -> None:
        """Raises Closing when it has been refused everywhere. Which logs are read is in the records of those."""
        for host in {host.pk: host for host in hosts}.values() if self._wanted else ():
            if host.pk in self._grants or host.pk in self._refusals:
                continue
            answer = record_reading(self._actor, Capability.LOGS_UNMASKED, Target.of(host), inputs)
            if isinstance(answer, Denied):
                self._refusals[host.pk] = answer.reason
            else:
                self._grants[host.pk] = answer
        if self._refusals and not self._grants:
            raise Closing(DENIED, next(iter(self._refusals.values())))

    def of(self, host: Host | None) -> Grant | None:
        return self._grants.get(host.pk) if host else None

    def questions(self) -> list[Question]:
        return [Question(Capability.LOGS_UNMASKED, grant.target) for grant in self._grants.values()]
