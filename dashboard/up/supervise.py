"""Keeps programs running: one that ends is started again, slower each time; all are stopped in reverse order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.up.child import Child, Program
from dashboard.up.words import CannotStart, Output

# The exit status of a program whose last line is the sentence for the person who started it.
SAID_IN_ONE_SENTENCE = 3


@dataclass(frozen=True)
class Patience:
    """How long the supervisor waits, in seconds."""

    first_delay: float = 0.5
    longest_delay: float = 30
    steady_after: float = 60
    stop_step: float = 2  # before the next one is asked to end
    stop_all: float = 7.5  # before those still there are killed
    stop_first: float = 1.5  # for the one that the others stand on


class Supervisor:
    """The programs it started, in their order."""

    def __init__(self, output: Output, patience: Patience | None = None) -> None:
        self._output, self._patience = output, patience or Patience()
        self._children: dict[str, Child] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = False

    def child(self, name: str) -> Child | None:
        """The process that runs under this name now."""
        child = self._children.get(name)
        return child if child and not child.ended.done() else None

    async def run_once(self, program: Program) -> Child:
        """Run a program to its end; stop() ends it when that comes first."""
        child = await self._start(program)
        status = await asyncio.shield(child.ended)
        del self._children[program.name]
        if status == SAID_IN_ONE_SENTENCE and child.last_lines:
            raise CannotStart(child.last_lines[-1])
        if status:
            self._show_last_lines(child)
            raise CannotStart(f"{program.name} {ending(status)}; its lines above say why.")
        return child

    async def keep(self, program: Program) -> None:
        """Start a program and keep it running until stop()."""
        child = await self._start(program)
        self._keepers.append(asyncio.create_task(self._keep(program, child)))

    async def restart(self, name: str, why: str) -> None:
        """End a program that is not well; its keeper starts it again."""
        child = self.child(name)
        if child is None:
            return
        self._output.say(f"{name} {why}; ending it.")
        child.terminate()
        await asyncio.wait([child.ended], timeout=5)
        child.kill()

    async def stop(self) -> None:
        """Ask each to end, the last started first, and kill what is still there when the time is up."""
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        loop, children = asyncio.get_running_loop(), list(self._children.values())
        deadline = loop.time() + self._patience.stop_all
        for child in reversed(children[1:]):
            child.terminate()
            await asyncio.wait([child.ended], timeout=self._patience.stop_step)
        await self._end(children[1:], deadline - loop.time())
        for child in children[:1]:  # what the others stand on
            child.terminate()
        await self._end(children[:1], self._patience.stop_first)

    @staticmethod
    async def _end(children: Sequence[Child], seconds: float) -> None:
        """Wait for their ends, then kill those that are still there."""
        ends = [child.ended for child in children]
        if ends:
            await asyncio.wait(ends, timeout=max(0.05, seconds))
            for child in children:
                child.kill()
            await asyncio.wait(ends, timeout=1)

    def kill(self) -> None:
        """End everything at once."""
        for child in self._children.values():
            child.kill()

    async def _start(self, program: Program) -> Child:
        try:
            child = await Child.start(program, self._output)
        except OSError as error:
            raise CannotStart(
                f"{program.command[0]} cannot be started ({error.strerror}); check that it is installed and executable."
            ) from error
        self._children[program.name] = child
        if self._stopping:
            child.kill()
        return child

    async def _keep(self, program: Program, child: Child) -> None:
        failures = 0
        while True:
            status = await asyncio.shield(child.ended)
            lived = asyncio.get_running_loop().time() - child.started_at
            failures = 1 if lived >= self._patience.steady_after else failures + 1
            delay = min(self._patience.first_delay * 2 ** (failures - 1), self._patience.longest_delay)
            self._report(child, status, failures, delay)
            await asyncio.sleep(delay)
            try:
                child = await self._start(program)
            except CannotStart as error:
                self._output.say(str(error))

    def _report(self, child: Child, status: int, failures: int, delay: float) -> None:
        program = child.program
        self._show_last_lines(child)
        if failures < 3:
            self._output.say(f"{program.name} {ending(status)}; starting it again.")
        else:
            self._output.say(
                f"{program.name} {ending(status)}, {failures} times in a row now; its lines above say why. "
                f"Trying again in {delay:g} s."
            )

    def _show_last_lines(self, child: Child) -> None:
        for line in child.last_lines if child.program.quiet else ():
            self._output.line(child.program.name, line)


def ending(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"ended with status {status}" if status else "ended"
    name = signal.Signals(-status).name
    return f"was killed by {name}" + (", often for lack of memory" if name == "SIGKILL" else "")
