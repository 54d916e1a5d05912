"""Which process runs but does nothing? It no longer renews its key in Redis, is ended, and so started again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dashboard.up.child import Program, Pulse
from dashboard.up.resp import RedisSilent, ask
from dashboard.up.supervise import Supervisor


async def watch(
    supervisor: Supervisor, programs: Sequence[Program], url: str, every: float = 15, limit: float = 90
) -> None:
    """Look every few seconds, for ever; end what has been silent for longer than the limit, both in seconds."""
    pulses = {program.name: program.pulse for program in programs if program.pulse}
    heard: dict[str, float] = {}
    while pulses:
        await asyncio.sleep(every)
        try:
            left = await ask(url, *(("PTTL", pulse.key) for pulse in pulses.values()))
        except RedisSilent:
            heard.clear()  # nobody could be heard: count anew when Redis is back
            continue
        remaining = {name: int(answer) / 1000 for name, answer in zip(pulses, left, strict=True)}
        for name in _silent(supervisor, pulses, remaining, heard, limit):
            await supervisor.restart(name, f"has been silent for {limit:g} s")


def _silent(
    supervisor: Supervisor,
    pulses: dict[str, Pulse],
    remaining: dict[str, float],
    heard: dict[str, float],
    limit: float,
) -> list[str]:
    """The names to end; `remaining` holds the seconds each key has left, negative when it is missing."""
    now = asyncio.get_running_loop().time()
    silent = []
    for name, pulse in pulses.items():
        child = supervisor.child(name)
        if child is None or remaining.get(pulse.sent_by, 0) < 0:
            heard.pop(name, None)
            continue
        last = now - max(0.0, pulse.lasts - remaining[name]) if remaining[name] >= 0 else heard.get(name, now)
        heard[name] = max(last, child.started_at)
        if now - heard[name] > limit:
            silent.append(name)
            del heard[name]
    return silent
