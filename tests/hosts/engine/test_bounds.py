"""What an engine's answer may take of our memory: a list of ten thousand containers passes, nonsense does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hosts.engine.errors import BadAnswer
from hosts.engine.parse import containers, fields
from hosts.engine.wire import LIST_LIMIT, parse_json
from tests.testbed.tls import make_tls_material

_ONE = {
    "Id": "a" * 64,
    "Names": ["/a-long-name-of-a-service-1"],
    "Image": "registry.example.org/team/service:1.2.3",
    "ImageID": "sha256:" + "b" * 64,
    "Command": "python -m service --listen 0.0.0.0:8000",
    "Ports": [{"IP": "0.0.0.0", "PrivatePort": 8000, "PublicPort": 18000, "Type": "tcp"}] * 4,
    "Labels": {f"com.docker.compose.label.{each}": "a value of some length" for each in range(25)},
    "State": "running",
    "Status": "Up 2 days",
    "NetworkSettings": {"Networks": {"net": {"NetworkID": "c" * 64, "IPAddress": "172.18.0.2", "Aliases": ["a", "b"]}}},
    "Mounts": [{"Type": "volume", "Name": "data", "Source": "/var/lib/docker/volumes/data/_data", "RW": True}] * 4,
}


def test_a_list_of_ten_thousand_containers_is_read() -> None:
    body = json.dumps([_ONE] * 10_000).encode()
    assert len(body) < LIST_LIMIT
    assert len(fields.facts(parse_json(body), containers.from_list)) == 10_000


@pytest.mark.parametrize("unit", [b"[],", b"{},", b"1,", b'"a",', b'{"a":[]},'])
def test_what_would_take_much_memory_is_not_parsed(unit: bytes) -> None:
    body = b"[" + unit * (LIST_LIMIT // len(unit) - 1) + b"1]"
    with pytest.raises(BadAnswer, match="more parts"):
        parse_json(body)


def test_a_killed_process_leaves_no_key(tmp_path: Path) -> None:
    """OpenSSL reads one from a file only, and this is the moment when there is one: it has no name."""
    material = make_tls_material(tmp_path / "material")
    folder = tmp_path / "temporary"
    folder.mkdir()
    code = (
        "import os, signal, ssl, sys, django\n"
        "django.setup()\n"
        "from pathlib import Path\n"
        "from hosts.engine.address import Tls\n"
        "from hosts.engine.tls import tls_context\n"
        "ssl.SSLContext.load_cert_chain = lambda *_any, **_more: os.kill(os.getpid(), signal.SIGKILL)\n"
        "tls_context(Tls(*[Path(each).read_text() for each in sys.argv[1:]]))\n"
    )
    files = [str(each) for each in (material.ca, material.client_cert, material.client_key)]
    done = subprocess.run(
        [sys.executable, "-c", code, *files],
        env={**os.environ, "TMPDIR": str(folder), "DATA_DIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == -9
    assert list(folder.iterdir()) == []
