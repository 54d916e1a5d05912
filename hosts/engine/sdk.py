"""docker-py's API client, made strict: always verifying, no redirects, no user configuration, no endless answer."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import requests
from docker.auth import AuthConfig
from docker.errors import DockerException
from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool
from docker.utils.proxy import ProxyConfig
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.util import Timeout

from hosts.engine import reasons
from hosts.engine.address import Address, Scheme
from hosts.engine.tls import tls_context
from hosts.engine.wire import BODY_LIMIT, CONNECT_SECONDS, LIST_LIMIT, READ_SECONDS, error_message, parse_json

# What tells of all objects of a kind, or of all files that a container has changed.
_LIST = re.compile(r"/(?:(?:containers|images)/json|networks|volumes|system/df|changes)(?:\?|\Z)")
_BEFORE_SENDING = {"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"}


class _Strict(HTTPAdapter):
    """Bounds what is read and how long the connecting takes; a redirect is an answer like any other, and refused."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        wanted = options.get("timeout")
        if isinstance(wanted, int | float):
            options["timeout"] = Timeout(connect=min(CONNECT_SECONDS, wanted), read=wanted)
        answer = super().send(request, **options)
        if not options.get("stream"):
            _read_bounded(answer, LIST_LIMIT if _LIST.search(str(request.path_url)) else BODY_LIMIT)
        if 300 <= answer.status_code < 400 and answer.status_code != 304:
            answer.close()
            raise reasons.from_status(answer.status_code, "")
        return answer


def _read_bounded(answer: requests.Response, limit: int) -> None:
    body = bytearray()
    for chunk in answer.raw.stream(256 << 10, decode_content=False):
        body += chunk
        if len(body) > limit:
            answer.close()
            raise reasons.too_large(limit)
    # Here requests keeps a body that has been read; setting it is the only way to read it with a bound.
    answer._content = bytes(body)
    answer._content_consumed = True  # type: ignore[attr-defined]


class _UnixConnection(UnixHTTPConnection):
    """The SDK's own leaves its socket to the garbage collector when nobody listens."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self.timeout)
            self.sock.connect(self.unix_socket)
        except OSError:
            self.close()
            raise


class _UnixPool(UnixHTTPConnectionPool):
    def _new_conn(self) -> Any:
        return _UnixConnection(self.base_url, self.socket_path, int(CONNECT_SECONDS))


class _UnixAdapter(_Strict, UnixHTTPAdapter):
    """One pool for all paths; the SDK would make one for each."""

    def get_connection(self, url: str | bytes, proxies: Any = None) -> _UnixPool:
        with self.pools.lock:
            if self.socket_path not in self.pools:
                self.pools[self.socket_path] = _UnixPool(
                    "http+docker://localhost", self.socket_path, self.timeout, maxsize=self.max_pool_size
                )
            pool: _UnixPool = self.pools[self.socket_path]
            return pool


class _TcpAdapter(_Strict):
    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self._context)

    def cert_verify(self, *args: Any, **options: Any) -> None:
        """The context knows whom to trust; requests would add all the authorities of the world to it."""


class Client(docker.APIClient):
    """One thread's client of one engine. `socket_path` is where to connect when it is a tunnel and not the address."""

    def __init__(self, address: Address, socket_path: str = "", read_seconds: float = READ_SECONDS) -> None:
        # Not the SDK's own constructor: that reads headers, proxies and logins from ~/.docker/config.json.
        requests.Session.__init__(self)
        self.trust_env = False
        self.headers.update({"User-Agent": "quayside", "Accept-Encoding": "identity"})
        self.address = address
        self.timeout = read_seconds  # type: ignore[assignment] # the stubs know whole seconds only
        self.credstore_env = None
        self._general_configs: dict[str, Any] = {}
        self._proxy_configs = ProxyConfig()
        self._auth_configs = AuthConfig({})
        self._version = "1.41"
        self.adapters.clear()
        if socket_path or address.scheme is Scheme.UNIX:
            self.base_url = "http+docker://localhost"
            self._custom_adapter = _UnixAdapter(
                f"http+unix://{socket_path or address.path}", timeout=int(CONNECT_SECONDS)
            )
            self.mount("http+docker://", self._custom_adapter)
            return
        host = f"[{address.host}]" if ":" in address.host else address.host
        self.base_url = f"{'https' if address.tls else 'http'}://{host}:{address.port}"
        self.mount("https://", _TcpAdapter(tls_context(address.tls) if address.tls else None))
        if not address.tls:
            self.mount("http://", _TcpAdapter(None))

    def post_waiting(self, path: str, params: dict[str, int]) -> None:
        """POST to a path of checked parts; the SDK's own `stop` and `restart` change how long we wait."""
        self._raise_for_status(self._post(self._url(path), params=params))  # type: ignore[attr-defined]

    def speak(self, version: str) -> None:
        """The version of the API in every request from now on."""
        self._version = version

    def _raise_for_status(self, response: requests.Response) -> None:
        if response.status_code >= 400:
            raise reasons.from_status(response.status_code, error_message(response.content))

    def _result(self, response: requests.Response, json: bool = False, binary: bool = False) -> Any:
        self._raise_for_status(response)
        if json:
            return parse_json(response.content)
        return response.content if binary else response.text


@contextmanager
def understood(address: Address) -> Iterator[None]:
    """Whatever the SDK and its libraries raise inside comes out as an EngineError."""
    try:
        yield
    except requests.RequestException as error:
        connected = not isinstance(error, requests.ConnectTimeout) and not _never_connected(error)
        raise reasons.from_error(error, address, connected=connected) from error
    except (DockerException, Urllib3Error, OSError, ValueError, LookupError, TypeError) as error:
        raise reasons.from_error(error, address, connected=True) from error


def _never_connected(error: BaseException) -> bool:
    """urllib3 says so by name; the cause beneath it is the same as for a connection that broke later."""
    inner = error.args[0] if error.args else None
    return type(getattr(inner, "reason", inner)).__name__ in _BEFORE_SENDING
