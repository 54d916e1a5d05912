"""Where a test run keeps its engines' files, and how the next run clears what a killed one left behind."""

import os
import tempfile
from pathlib import Path

from tests.testbed.leftovers import end_processes, read_proc, remove_bridges, remove_tree

# Short on purpose: an engine's sockets lie four folders deeper and a socket's path may have 107 bytes.
HOME = Path(tempfile.gettempdir(), "quayside-testbed")


def start_time(pid: int) -> str:
    """When a process started, in clock ticks since boot (with the pid, a name no later process has); "" if gone."""
    fields = read_proc(pid, "stat").decode(errors="replace").rpartition(")")[2].split()
    return fields[19] if fields else ""


def make_workspace() -> Path:
    """A new empty folder that belongs to this process; folders of runs that were killed are removed first."""
    HOME.mkdir(mode=0o755, exist_ok=True)
    for folder in sorted(HOME.iterdir()):
        pid, started, *_ = f"{folder.name}--".split("-")
        if pid.isdigit() and start_time(int(pid)) != started:
            remove_workspace(folder)
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-{start_time(os.getpid())}-", dir=HOME))


def remove_workspace(folder: Path) -> None:
    """End what still runs in a folder, then delete it. Two runs may do this to the same folder at once."""
    try:
        end_processes(folder)
        for data_root in folder.glob("*/data"):
            remove_bridges(data_root)
        remove_tree(folder)
    except FileNotFoundError:
        return
