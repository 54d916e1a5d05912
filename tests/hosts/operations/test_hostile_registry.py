"""What a registry answers is read by the engine and by nobody else: an inner address may pose as one."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import serializers
from django.test import Client

from hosts.access import Target
from hosts.models import AuditEnding, AuditEvent, Job, JobState
from hosts.operations import run
from tests import cast, rows
from tests.answers import content_of
from tests.hosts.operations.conftest import Do

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "INTERNAL-CANARY-42"
ERRORS = json.dumps({"errors": [{"code": CANARY, "message": f"secret={CANARY}", "detail": {"why": CANARY}}]})
JSON = {"Content-Type": "application/json"}
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
# What it answers to anything but the first question, which a registry answers with 200.
ANSWERS: dict[str, tuple[int, dict[str, str], str]] = {
    "a page": (200, {"Content-Type": "text/html"}, f"<h1>{CANARY}</h1>"),
    "not found": (404, {"Content-Type": "text/plain"}, f"admin page secret={CANARY}"),
    "not found as a registry says it": (404, JSON, ERRORS),
    "refused": (401, {"WWW-Authenticate": f'Basic realm="{CANARY}"', **JSON}, ERRORS),
    "forbidden": (403, JSON, ERRORS),
    "too many": (429, JSON, ERRORS),
    "broken": (500, {"Content-Type": "text/plain"}, CANARY),
    "broken as a registry says it": (500, JSON, ERRORS),
    "a redirect": (302, {"Location": f"http://127.0.0.1:1/{CANARY}"}, CANARY),
    "half a manifest": (200, {"Content-Type": MANIFEST}, json.dumps({"schemaVersion": 2, "mediaType": CANARY})),
    "no manifest": (200, {"Content-Type": CANARY}, CANARY),
}


class Hostile(BaseHTTPRequestHandler):
    answer: tuple[int, dict[str, str], str]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, headers, body = (200, JSON, "{}") if self.path == "/v2/" else self.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body.encode())

    do_HEAD = do_GET  # noqa: N815 - the name that the server looks for

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def hostile() -> Iterator[tuple[str, type[Hostile]]]:
    handler = type("Handler", (Hostile,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize("kind", ANSWERS)
def test_nothing_of_its_answer_is_kept_or_shown(
    kind: str,
    do: Do,
    on: Callable[..., Target],
    hostile: tuple[str, type[Hostile]],
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hosts.jobs.queue.dispatch", lambda job: True)
    said: list[Any] = []
    monkeypatch.setattr("hosts.nudges.send", lambda *words: said.append(words))
    address, handler = hostile
    handler.answer = ANSWERS[kind]
    rows.allow(address)
    result = do("image.pull", on(), reference=f"{address}/admin/page:x")
    assert result.job is not None, result.message
    run.run(str(result.job.pk))
    job = Job.objects.get()
    assert job.state == JobState.FAILED
    assert job.message
    assert len(handler.asked) > 1, "the engine has read it"
    kept = serializers.serialize("json", [*Job.objects.all(), *AuditEvent.objects.all(), *AuditEnding.objects.all()])
    client.force_login(cast.ada())
    pages = [
        client.get(page) for page in ("/jobs/", "/jobs/tray/", f"/jobs/{job.pk}/", "/audit/", "/", "/audit/export.csv")
    ]
    pages.append(client.post("/do/job.retry", {"on": f"job::{job.pk}"}, headers={"HX-Request": "true"}))
    shown = [content_of(page) + str(page.headers).encode() for page in pages]
    assert CANARY not in kept + str(said) + str(shown)
