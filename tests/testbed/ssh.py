"""An SSH server on loopback with a host key and one authorised client key of its own."""

import getpass
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tests.testbed.leftovers import remove_tree
from tests.testbed.parts import program
from tests.testbed.process import Part, Process, descendants, free_port, send

CONFIGURATION = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
# The folder is below /tmp, whose mode sshd would object to.
StrictModes no
AllowStreamLocalForwarding yes
AllowTcpForwarding yes
MaxStartups 100
MaxSessions 100
"""


class SshServer(Part):
    """sshd; whoever runs the tests may log in with `client_key`. The key files are in OpenSSH's own form."""

    def __init__(self, root_dir: Path, name: str = "ssh") -> None:
        self.folder = root_dir.resolve() / name
        self.host = "127.0.0.1"
        self.port = free_port()
        self.user = getpass.getuser()
        self.client_key = self.folder / "client_key"
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"ssh://{self.user}@{self.host}:{self.port}"

    @property
    def host_key(self) -> str:
        """The public half, "ssh-ed25519 AAAA…", as it stands in known_hosts after the address."""
        return " ".join((self.folder / "host_key.pub").read_text().split()[:2])

    @property
    def known_hosts(self) -> str:
        """The line that pins this server in a known_hosts file."""
        return f"[{self.host}]:{self.port} {self.host_key}"

    @property
    def fingerprint(self) -> str:
        """SHA256:… of the host key, as ssh shows it for confirmation."""
        shown = subprocess.run(
            [program("ssh-keygen"), "-l", "-f", str(self.folder / "host_key.pub")],
            check=True,
            capture_output=True,
            text=True,
        )
        return shown.stdout.split()[1]

    def start(self) -> Self:
        sshd = program("sshd")
        if os.geteuid() == 0:
            # sshd drops its rights into this empty folder, which only systemd makes at boot.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.client_key.exists():
            self.make_key("host_key")
            self.make_key("client_key")
        (self.folder / "authorized_keys").write_text((self.folder / "client_key.pub").read_text())
        (self.folder / "known_hosts").write_text(self.known_hosts + "\n")
        configuration = self.folder / "sshd_config"
        configuration.write_text(CONFIGURATION.format(port=self.port, folder=self.folder))
        self.process = Process([sshd, "-D", "-e", "-f", str(configuration)], self.folder / "sshd.log")
        # Asked of the log and not of the port: a probe would count as a failed login.
        log = self.process.log
        self.process.wait_ready(lambda: "Server listening" in log.read_text(errors="replace"))
        return self

    def make_key(self, name: str) -> Path:
        """A new ed25519 key pair in the server's folder, without a passphrase; replaces one of the same name."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        command = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return path

    def change_host_key(self) -> None:
        """Come back at the same address with another host key, as a reinstalled or an impostor machine does."""
        self.stop(keep_folder=True)
        self.make_key("host_key")
        (self.folder / "sshd.log").unlink()
        self.start()

    def command(self, *options: str) -> list[str]:
        """An ssh command line to this server that trusts only its pinned key and uses only the client key."""
        return [
            program("ssh"),
            "-F",
            "none",
            "-o",
            f"UserKnownHostsFile={self.folder / 'known_hosts'}",
            "-o",
            "GlobalKnownHostsFile=/dev/null",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "BatchMode=yes",
            "-i",
            str(self.client_key),
            "-p",
            str(self.port),
            *options,
            f"{self.user}@{self.host}",
        ]

    @contextmanager
    def forward(self, remote_socket: Path) -> Iterator[Path]:
        """A local socket that leads through this server to `remote_socket`."""
        local = self.folder / f"forward-{free_port()}.sock"
        options = ["-N", "-o", "ExitOnForwardFailure=yes", "-L", f"{local}:{remote_socket}"]
        tunnel = Process(self.command(*options), self.folder / "forward.log")
        try:
            tunnel.wait_ready(local.exists)
            yield local
        finally:
            tunnel.stop()
            local.unlink(missing_ok=True)

    def drop_sessions(self) -> None:
        """Cut every connection that is open now; the server goes on listening."""
        for pid in descendants(self.process.pid) if self.process else []:
            send(pid, signal.SIGKILL)

    def stop(self, keep_folder: bool = False) -> None:
        if self.process is not None:
            # Sessions leave sshd's process group, so they are found by descent, and before it ends.
            sessions = descendants(self.process.pid)
            self.process.stop()
            for pid in sessions:
                send(pid, signal.SIGKILL)
            self.process = None
        if not keep_folder and self.folder.exists():
            remove_tree(self.folder)
