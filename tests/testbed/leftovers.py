"""What an engine leaves on the machine (shims, containers, mounts, bridges) and how to remove exactly that."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from tests.testbed.parts import program
from tests.testbed.process import descendants, parents, send, wait_until


def read_proc(pid: int, name: str) -> bytes:
    """A file of /proc/<pid>; empty when the process is gone."""
    try:
        return Path("/proc", str(pid), name).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def processes_naming(folder: Path) -> list[int]:
    """Processes whose command line holds a path inside `folder`: dockerd, its containerd, its shims."""
    wanted = os.fsencode(f"{folder}/")
    return [pid for pid, _ in parents() if pid != os.getpid() and wanted in read_proc(pid, "cmdline")]


def end_processes(folder: Path) -> None:
    """End the daemons that run in `folder`, then the shims and containers they left."""
    for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
        daemons = [pid for pid in processes_naming(folder) if not is_shim(pid)]
        for pid in daemons:
            send(pid, number)
        if number != signal.SIGCONT and daemons:
            wait_for_end(daemons, 5 if number == signal.SIGTERM else 2)
    shims = [pid for pid in processes_naming(folder) if is_shim(pid)]
    # The containers first: once its shim is gone a container would belong to nobody.
    doomed = [pid for shim in shims for pid in [*descendants(shim), shim]]
    for pid in doomed:
        send(pid, signal.SIGKILL)
    wait_for_end(doomed, 5)


def is_shim(pid: int) -> bool:
    return read_proc(pid, "comm").startswith((b"containerd-shim", b"docker-proxy"))


def wait_for_end(pids: list[int], timeout: float) -> bool:
    """Whether all are gone (or are zombies that wait for their parent) within `timeout` seconds."""

    def all_ended() -> bool:
        return not any(read_proc(pid, "cmdline") for pid in pids)

    try:
        wait_until(all_ended, timeout)
    except TimeoutError:
        return False
    return True


def remove_bridges(data_root: Path) -> None:
    """Delete the bridge interfaces of an engine's own networks; it keeps their names in a file of its own."""
    store = data_root / "network" / "files" / "local-kv.db"
    if not store.exists():
        return
    for name in sorted(set(re.findall(rb"br-[0-9a-f]{12}", store.read_bytes()))):
        if Path("/sys/class/net", name.decode()).exists():
            subprocess.run([program("ip"), "link", "delete", name.decode()], check=False, capture_output=True)


def remove_swarm_bridge(existed: bool) -> None:
    """Delete the bridge that swarms of all engines here share, when it is ours and nobody is on it any more."""
    bridge = Path("/sys/class/net/docker_gwbridge")
    if existed or not bridge.exists():
        return
    try:
        # The kernel takes the last network namespace apart in its own time.
        wait_until(lambda: not list((bridge / "brif").iterdir()), 3, what="the swarm's bridge to be left")
    except TimeoutError:
        return
    subprocess.run([program("ip"), "link", "delete", bridge.name], check=False, capture_output=True)


def mounts_below(folder: Path) -> list[str]:
    """Mount points at or below `folder`, the deepest first."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        # mountinfo writes blanks and backslashes as octal escapes.
        point = line.split(" ")[4].encode().decode("unicode_escape")
        if point == str(folder) or point.startswith(f"{folder}/"):
            found.append(point)
    return sorted(found, key=len, reverse=True)


def remove_tree(folder: Path) -> None:
    """Unmount everything below `folder`, then delete it."""
    for point in mounts_below(folder):
        # Lazily: a process that is just ending may still hold it.
        subprocess.run([program("umount"), "--lazy", point], check=False, capture_output=True)
    left = mounts_below(folder)
    if left:
        raise RuntimeError(f"could not unmount {left}")
    shutil.rmtree(folder)
