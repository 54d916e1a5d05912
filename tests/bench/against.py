"""Is this tree slower than another commit? Each benchmark in alternating pairs of both, until a figure can be told.

Both trees are measured by this tree's `tests/bench`. How each is started and signed in to is its own (`tests/testbed`).
"""

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb
from pathlib import Path

from dashboard.env import BASE_DIR
from tests.bench.figures import Figure

# What may pass for the same: a figure that is worse by more than a tenth is worse.
WORSE = 1.10
# Five pairs that agree are a matter of chance in one of 32 cases.
LEAST, MOST = 5, 15
_CHANCE = 0.05
_LOCKS = ("requirements.txt", "requirements-dev.txt")


class CannotCompare(Exception):
    """A tree could not be made or measured; the message says which and why."""


@dataclass
class Compared:
    """One figure in both trees: how much worse each pair was, 1.0 being the same and 2.0 twice as bad."""

    name: str
    unit: str
    values: list[tuple[float, float]] = field(default_factory=list)
    worse_by: list[float] = field(default_factory=list)

    def add(self, ours: Figure, theirs: Figure) -> None:
        self.values.append((ours.value, theirs.value))
        self.worse_by.append(worse_by(ours, theirs))

    @property
    def verdict(self) -> str:
        """`no worse` or `worse` where chance alone would seldom say so, else `unclear`."""
        above = sum(pair > WORSE for pair in self.worse_by)
        if _by_chance(len(self.worse_by), above) <= _CHANCE:
            return "no worse"
        if _by_chance(len(self.worse_by), len(self.worse_by) - above) <= _CHANCE:
            return "worse"
        return "unclear"

    @property
    def is_worse(self) -> bool:
        """By the median pair where the pairs do not agree."""
        return self.verdict == "worse" or (self.verdict == "unclear" and statistics.median(self.worse_by) > WORSE)

    def __str__(self) -> str:
        ours, theirs = (statistics.median(side) for side in zip(*self.values, strict=True))
        spread = f"{min(self.worse_by):.2f} to {max(self.worse_by):.2f}"
        return (
            f"{self.name}: {ours:.4g} {self.unit} | before {theirs:.4g} {self.unit} | worse by "
            f"{statistics.median(self.worse_by):.2f} ({spread} in {len(self.worse_by)} pairs) | {self.verdict}"
        )


def worse_by(ours: Figure, theirs: Figure) -> float:
    """The ratio of the two in the direction that is bad; differences below the figure's grain count as none."""
    if abs(ours.value - theirs.value) <= ours.grain:
        return 1.0
    bad, good = (ours.value, theirs.value) if ours.at_most else (theirs.value, ours.value)
    return bad / good if good else float("inf")


def _by_chance(pairs: int, against: int) -> float:
    """How likely at most so many of the pairs disagree when either outcome is equally likely."""
    return sum(comb(pairs, count) for count in range(against + 1)) / float(2**pairs)


def compare(commit: str, names: list[str]) -> int:
    """Print every figure of the named benchmarks beside the commit's: 1 when one is worse, else 0."""
    worse = 0
    with other_tree(commit) as (tree, python):
        for name in names:
            for compared in in_pairs(name, tree, python):
                print(compared, flush=True)
                worse += compared.is_worse
    return 1 if worse else 0


def in_pairs(name: str, tree: Path, python: str) -> list[Compared]:
    known: dict[str, Compared] = {}
    for number in range(MOST):
        sides = [(BASE_DIR, sys.executable), (tree, python)]
        # Whatever the machine does over time falls on both alike.
        first, second = (measured(name, *side) for side in (sides if number % 2 == 0 else sides[::-1]))
        ours, theirs = (first, second) if number % 2 == 0 else (second, first)
        for figure in ours.values():
            if figure.name in theirs:
                known.setdefault(figure.name, Compared(figure.name, figure.unit)).add(figure, theirs[figure.name])
        unclear = sum(compared.verdict == "unclear" for compared in known.values())
        print(f"({name}: {number + 1} pairs, {unclear} figures unclear)", file=sys.stderr, flush=True)
        if number + 1 >= LEAST and not unclear:
            break
    return list(known.values())


def measured(name: str, tree: Path, python: str) -> dict[str, Figure]:
    """The figures of one run of a benchmark in a process of its own, by name."""
    command = [python, "-m", "tests.bench", "--json", name]
    ran = subprocess.run(command, cwd=tree, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    if ran.returncode not in (0, 1) or not lines:
        raise CannotCompare(f"{name} in {tree}: status {ran.returncode}\n{ran.stderr[-2000:]}")
    return {figure.name: figure for figure in (Figure(**json.loads(line)) for line in lines)}


@contextlib.contextmanager
def other_tree(commit: str) -> Iterator[tuple[Path, str]]:
    """The commit's files with this tree's benchmarks, and the Python with its packages; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="quayside-against-"))
    tree = folder / "tree"
    try:
        git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        shutil.rmtree(tree / "tests" / "bench", ignore_errors=True)
        shutil.copytree(BASE_DIR / "tests" / "bench", tree / "tests" / "bench")
        yield tree, packages(tree)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        git("worktree", "prune")


def packages(tree: Path) -> str:
    """The other tree's Python: this one's where both lock the same packages."""
    if all((tree / lock).read_bytes() == (BASE_DIR / lock).read_bytes() for lock in _LOCKS):
        (tree / ".venv").symlink_to(BASE_DIR / ".venv")
    else:
        made = subprocess.run(["make", "packages-dev"], cwd=tree, stdin=subprocess.DEVNULL, check=False)
        if made.returncode:
            raise CannotCompare(f"the packages of {tree} could not be installed")
    return str(tree / ".venv" / "bin" / "python")


def git(*arguments: str) -> None:
    ran = subprocess.run(["git", *arguments], cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise CannotCompare(f"git {arguments[0]} {arguments[1]}: {ran.stderr.strip()}")
