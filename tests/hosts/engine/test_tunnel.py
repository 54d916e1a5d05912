"""SSH tunnels: the host key a person confirms, nothing left on disk, and none that outlives us."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from hosts.engine import ssh
from hosts.engine.address import Address
from hosts.engine.errors import AddressError, EngineError, Unreachable
from hosts.engine.tunnel import Tunnel, shared_socket, somebody_listens
from tests.hosts.engine.ways import WAYS, host, info, ssh_columns
from tests.testbed.engine import Engine
from tests.testbed.process import descendants, free_port
from tests.testbed.ssh import SshServer


def address(engine: Engine, server: SshServer) -> Address:
    return Address.of(host(f"{server.url}{engine.socket}", **ssh_columns(server)))


def test_the_host_key_to_confirm(ssh_server: SshServer) -> None:
    found = ssh.scan_host_key(Address.parse(ssh_server.url))
    assert found.fingerprint == ssh_server.fingerprint
    assert found.line == ssh_server.host_key
    assert ssh.host_keys(ssh_server.known_hosts) == [found]


def test_no_host_key_where_nobody_listens() -> None:
    with pytest.raises(EngineError):
        ssh.scan_host_key(Address.parse(f"ssh://ada@127.0.0.1:{free_port()}"))
    with pytest.raises(AddressError):
        ssh.scan_host_key(Address.parse("unix:///var/run/docker.sock"))


def test_keys_are_gone_as_soon_as_they_have_served(engine: Engine, ssh_server: SshServer) -> None:
    with Tunnel(address(engine, ssh_server)) as tunnel:
        assert somebody_listens(tunnel.path)
        assert stat.S_IMODE(tunnel.path.parent.stat().st_mode) == 0o700
        assert not {"key", "known_hosts"} & {path.name for path in tunnel.path.parent.iterdir()}
    assert not tunnel.path.parent.exists()
    assert not tunnel.is_open()


@pytest.mark.parametrize("way", WAYS)
def test_all_share_the_watchers_tunnel(engine: Engine, ssh_server: SshServer, way: str) -> None:
    on = host(f"{ssh_server.url}{engine.socket}", **ssh_columns(ssh_server), pk=7)
    shared = shared_socket(Address.of(on), 7)
    with Tunnel(Address.of(on), shared):
        before = _ssh_processes()
        assert info(way, on).id
        assert _ssh_processes() == before
    assert not shared.exists()
    assert info(way, on).id  # through one of its own


def test_another_key_is_another_tunnel(ssh_server: SshServer) -> None:
    one = host(ssh_server.url, **ssh_columns(ssh_server))
    two = host(ssh_server.url, **{**ssh_columns(ssh_server), "ssh_key": "another"})
    paths = {shared_socket(Address.of(each), pk) for each in (one, two) for pk in (1, 2)}
    assert len(paths) == 4
    assert all(path.parent == Path(settings.RUN_DIR) for path in paths)


def test_a_server_that_does_not_answer_has_a_deadline(ssh_server: SshServer) -> None:
    assert ssh_server.process is not None
    ssh_server.process.stop_dead()
    began = time.monotonic()
    try:
        with (
            pytest.raises(Unreachable),
            Tunnel(Address.of(host(ssh_server.url, **ssh_columns(ssh_server)))),
        ):
            pass
    finally:
        ssh_server.process.resume()
    assert time.monotonic() - began < 12


def test_a_killed_process_takes_its_tunnel_along(engine: Engine, ssh_server: SshServer, tmp_path: Path) -> None:
    program = f"""
import os, sys, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["DATA_DIR"] = {str(tmp_path)!r}
django.setup()
from pathlib import Path
from hosts.engine.tunnel import Tunnel
from hosts.engine.address import Address, SshLogin, Scheme
login = SshLogin(Path({str(ssh_server.client_key)!r}).read_text(), {ssh_server.host_key!r})
at = Address(Scheme.SSH, {str(engine.socket)!r}, "127.0.0.1", {ssh_server.port}, {ssh_server.user!r}, ssh=login)
with Tunnel(at):
    print("open", flush=True)
    time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    tunnel = descendants(child.pid)
    assert tunnel
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    deadline = time.monotonic() + 5
    while any(_lives(pid) for pid in tunnel) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_lives(pid) for pid in tunnel)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _ssh_processes() -> set[int]:
    return {pid for pid in descendants(os.getpid()) if Path(f"/proc/{pid}/comm").read_text().strip() == "ssh"}
