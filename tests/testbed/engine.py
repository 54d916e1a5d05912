"""A private Docker engine: started, killed, frozen, restarted and removed without a trace by the test that wants it."""

import contextlib
import json
import os
import random
import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Self

from tests.testbed.engine_http import EngineHttp, EngineRefusedError
from tests.testbed.leftovers import end_processes, remove_bridges, remove_swarm_bridge, remove_tree, wait_for_end
from tests.testbed.parts import need_root, program
from tests.testbed.process import Part, Process, free_port
from tests.testbed.tls import TlsMaterial, make_tls_material

# A unix socket's path holds 107 bytes; the longest one below an engine's folder adds this many.
LONGEST_SOCKET = len("/run/containerd/containerd.sock.ttrpc")


class DockerCommandError(Exception):
    """The docker command ended with an error; the message is what it printed."""


class Engine(Part):
    """dockerd with folders of its own below `root_dir`, always on a unix socket, and on TCP when asked.

    `tcp`: None, "plain", or "tls" (client certificates verified). `bridge`: whether containers get a default network;
    without it they have none unless they join one made with `docker network create`.
    `live_restore`: whether containers go on running while the engine is restarted. `binaries`: a folder with another
    dockerd and containerd than the system's.
    """

    def __init__(
        self,
        root_dir: Path,
        name: str = "engine",
        *,
        tcp: Literal["plain", "tls"] | None = None,
        bridge: bool = False,
        live_restore: bool = False,
        binaries: Path | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.folder = root_dir.resolve() / name
        if len(os.fsencode(self.folder)) + LONGEST_SOCKET > 107:
            raise ValueError(f"{self.folder} is too long a path for an engine's sockets")
        self.data_root = self.folder / "data"
        self.socket = self.folder / "docker.sock"
        self.http = EngineHttp(self.socket)
        self.tcp = tcp
        self.port = free_port() if tcp else 0
        self.tls: TlsMaterial | None = None
        self.bridge = f"qs{os.getpid() % 1_000_000}{random.randrange(16**4):04x}" if bridge else None
        self.live_restore = live_restore
        self.binaries = binaries
        self.options = list(options)
        self.swarm_bridge_existed = Path("/sys/class/net/docker_gwbridge").exists()
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def tcp_url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def dockerd(self) -> str:
        return str(self.binaries / "dockerd") if self.binaries else program("dockerd")

    def start(self) -> Self:
        need_root("a private Docker engine")
        for binary in ("dockerd", "containerd", "docker"):
            program(binary)
        for folder in (self.folder, self.folder / "cli"):
            folder.mkdir(parents=True, exist_ok=True)
        if self.tcp == "tls" and self.tls is None:
            self.tls = make_tls_material(self.folder / "tls")
        if self.bridge:
            self._add_bridge()
        self._launch()
        return self

    def _launch(self) -> None:
        # The main thread's end sends SIGTERM, at which the engine ends its containers too.
        # It looks for its containerd and shims on the PATH.
        path = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
        environment = os.environ | {"PATH": f"{self.binaries}:{path}" if self.binaries else path}
        self.process = Process(self._command(), self.folder / "dockerd.log", environment, death_signal="TERM")
        self.process.wait_ready(self.http.is_up)

    def _command(self) -> list[str]:
        network = random.randrange(64, 224)
        command = [
            self.dockerd,
            f"--config-file={self._write_configuration()}",
            f"--data-root={self.data_root}",
            f"--exec-root={self.folder / 'run'}",
            f"--pidfile={self.folder / 'dockerd.pid'}",
            f"--host=unix://{self.socket}",
            f"--bridge={self.bridge or 'none'}",
            "--iptables=false",
            "--ip6tables=false",
            # Many small networks, and not the ones another engine beside us is just choosing from.
            f"--default-address-pool=base=10.{network}.0.0/16,size=26",
            "--shutdown-timeout=1",
        ]
        if self.live_restore:
            command.append("--live-restore")
        if self.tcp:
            command.append(f"--host={self.tcp_url}")
        if self.tls:
            command += [
                "--tlsverify",
                f"--tlscacert={self.tls.ca}",
                f"--tlscert={self.tls.server_cert}",
                f"--tlskey={self.tls.server_key}",
            ]
        elif self.tcp:
            command.append("--tls=false")
        return command + self.options

    def _write_configuration(self) -> Path:
        """A configuration of our own: not the machine's, and with an identity that no other engine here has."""
        shown = subprocess.run([self.dockerd, "--version"], check=True, capture_output=True, text=True).stdout
        version = re.search(r"version (\d+)", shown)
        # Engines before 23 take their ID from a key in /etc/docker, which all of a machine would share; later ones
        # make one up in their data root and do not know this setting.
        shares_key = version is not None and int(version[1]) < 23
        path = self.folder / "daemon.json"
        path.write_text(json.dumps({"deprecated-key-path": str(self.folder / "key.json")} if shares_key else {}))
        return path

    def _add_bridge(self) -> None:
        if self.bridge and not Path("/sys/class/net", self.bridge).exists():
            address = f"10.{random.randrange(224, 255)}.{random.randrange(256)}.1/24"
            for arguments in (
                ["link", "add", "name", self.bridge, "type", "bridge"],
                ["address", "add", address, "dev", self.bridge],
                ["link", "set", self.bridge, "up"],
            ):
                subprocess.run([program("ip"), *arguments], check=True, capture_output=True)

    def docker(self, *arguments: str, timeout: float = 120, stdin: str | None = None, check: bool = True) -> str:
        """What the docker command prints (both streams) when run against this engine with an empty configuration."""
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "DOCKER_CONFIG": str(self.folder / "cli"),
            "DOCKER_HOST": self.url,
        }
        done = subprocess.run(
            [program("docker"), *arguments],
            env=environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
        )
        if check and done.returncode:
            raise DockerCommandError(f"docker {' '.join(arguments)}: {done.stdout.strip()}")
        return done.stdout.strip()

    def run(self, *arguments: str) -> str:
        """`docker run --detach`: the new container's id. It gets one second to stop: a shell as process 1 takes all."""
        return self.docker("run", "--detach", "--stop-timeout=1", *arguments).splitlines()[-1]

    def inspect(self, container: str) -> Any:
        """The engine's own description of a container, as the API gives it."""
        return self.http.json("GET", f"/containers/{container}/json")

    def containers(self) -> list[Any]:
        """All containers, running or not, as the API lists them."""
        listed: list[Any] = self.http.json("GET", "/containers/json", {"all": 1})
        return listed

    @property
    def running_process(self) -> Process:
        if self.process is None:
            raise RuntimeError(f"engine {self.name} is not started")
        return self.process

    def kill(self) -> None:
        """SIGKILL the daemon, as a crash would: containers run on without it. start() brings it back."""
        pid_file = self.folder / "run" / "containerd" / "containerd.pid"
        containerd = int(pid_file.read_text()) if pid_file.exists() else 0
        self.running_process.kill()
        # The kernel kills its containerd along with it. A new dockerd that finds it still dying, or dead and not yet
        # reaped, takes it for a living one and waits for it in vain.
        wait_for_end([containerd] if containerd else [], 5)
        pid_file.unlink(missing_ok=True)

    def stop_dead(self) -> None:
        """Freeze the daemon: connections open, nothing answers."""
        self.running_process.stop_dead()

    def resume(self) -> None:
        self.running_process.resume()

    def shut_down(self) -> None:
        """End the daemon in good order and keep its data; start() brings it back at the same addresses."""
        self.running_process.stop(timeout=20)

    def restart(self) -> None:
        self.shut_down()
        self._launch()

    def remove_containers(self) -> None:
        """Kill and remove every container, with its anonymous volumes."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.remove_container, [container["Id"] for container in self.containers()]))

    def remove_container(self, container: str) -> None:
        # Gone already, or going: somebody ran it with --rm.
        with contextlib.suppress(EngineRefusedError):
            self.http.request("DELETE", f"/containers/{container}", {"force": 1, "v": 1})

    def stop(self) -> None:
        """End the engine and everything it ran, and delete its folder, mounts and bridges."""
        if self.process is not None and self.process.is_running:
            self.process.resume()
            if self.http.is_up():
                self.remove_containers()
            # Not in good order: that takes a second, to write down what is deleted next.
            self.kill()
        self.process = None
        if self.folder.exists():
            end_processes(self.folder)
            remove_bridges(self.data_root)
            remove_tree(self.folder)
            remove_swarm_bridge(self.swarm_bridge_existed)
        if self.bridge:
            subprocess.run([program("ip"), "link", "delete", self.bridge], check=False, capture_output=True)
