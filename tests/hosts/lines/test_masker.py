"""The one masker: no canary gets through it on any of its ways, and what is harmless stays."""

import json
import shlex
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.engine.errors import EngineError
from hosts.engine.frames import Batch
from hosts.lines.filters import Filter
from hosts.lines.masker import Masker
from hosts.lines.names import is_harmless
from hosts.lines.redaction import MASK, own_rule
from hosts.models import redaction
from hosts.models.masked import sentences
from hosts.streams.sift import Sift
from tests.hosts.lines.canaries import CANARIES, OWN_PATTERN, Canary, leaks

STAMP = b"2024-01-01T10:00:00.123456789Z "
MASKER = Masker([own_rule("Customers", OWN_PATTERN)])


def _lines(text: str) -> str:
    lines = [STAMP + line for line in text.encode().split(b"\n")]
    return b"\n".join(MASKER.redactor.masking().lines(lines)[0]).decode()


def _answer(name: str, value: object) -> str:
    return json.dumps(MASKER.answer({"Id": "0a" * 32, "Config": {name: value}}), ensure_ascii=False)


ROUTES: dict[str, Callable[[str], object]] = {
    "a log": _lines,
    "a text": MASKER.text,
    "words among others": lambda text: MASKER.text(f"the engine says: {text}, and no more"),
    "a label": lambda text: MASKER.value("com.example.note", text),
    "a harmless variable": lambda text: MASKER.variable("PATH", text),
    "a variable": lambda text: MASKER.environment([f"GREETING={text}", text]),
    "arguments": lambda text: MASKER.arguments(shlex.split(text) if text.count("'") % 2 == 0 else [text]),
    "an argument": lambda text: MASKER.arguments(["sh", "-c", text]),
    "a command": lambda text: _answer("Cmd", ["sh", "-c", text]),
    "an entrypoint": lambda text: _answer("Entrypoint", text.split()),
    "a health check": lambda text: _answer("Healthcheck", {"Test": ["CMD-SHELL", text]}),
    "what it printed": lambda text: _answer("Log", [{"Output": f"trying\n{text}\nfailed", "ExitCode": 1}]),
    "labels": lambda text: _answer("Labels", {"note": text}),
    "an environment": lambda text: _answer("Env", [f"GREETING={text}", f"TZ={text}"]),
    "an odd environment": lambda text: _answer("Env", {"GREETING": text}),
    "a list in a list": lambda text: _answer("Rest", [[text], {"x": [text, 1]}]),
    "what is stored": lambda text: str(MASKER.again({"labels": {"note": text}, "command": text})),
    "a layer": lambda text: MASKER.layer(f"ENV GREETING={text}") + MASKER.layer(f"RUN /bin/sh -c {text}"),
    "sentences": lambda text: str(sentences({"report": [{"message": text}]}, MASKER)),
    "a search": lambda text: str(
        Sift(Filter.parse(""), MASKER.redactor).pick(_batch([STAMP + line for line in text.encode().split(b"\n")]))
    ),
}


def _batch(lines: list[bytes]) -> Batch:
    return Batch(bytearray(b"\1" * len(lines)), lines)


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize("route", ROUTES)
def test_no_canary_gets_through(route: str, canary: Canary) -> None:
    if route == "a variable":
        shown = MASKER.environment([f"GREETING={canary.text}"])
        assert shown == [f"GREETING={MASK}"]
    else:
        assert leaks(str(ROUTES[route](canary.text))) == []


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_an_error_tells_none(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction._known, "masker", MASKER)
    error = EngineError(f"The engine says: {canary.text}", f"{canary.text} " * 3)
    assert leaks(f"{error} {error.sentence} {error.detail} {error.advice}") == []


def test_when_the_rules_cannot_be_read_nothing_is_shown() -> None:
    shut = Masker(shut=True)
    assert shut.version != Masker().version
    assert shut.text("harmless") == shut.value("PATH", "/bin") == MASK
    assert shut.environment(["PATH=/bin", "EMPTY="]) == [f"PATH={MASK}", "EMPTY="]
    assert shut.arguments(["sleep", "10"]) == [MASK, MASK]
    assert shut.answer({"State": {"Status": "running", "Pid": 7}}) == {"State": {"Status": MASK, "Pid": 7}}


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "HOSTNAME", "NODE_ENV", "PORT", "NGINX_VERSION", "VERSION"]
)
def test_harmless_variables(name: str) -> None:
    assert is_harmless(name)
    assert MASKER.environment([f"{name}=17", f"{name}=", name]) == [f"{name}=17", f"{name}=", name]


@pytest.mark.parametrize("name", ["GREETING", "path", "DATABASE_URL", "LC_", "XPATH", "APP_PORT", "VERSION_KEY", ""])
def test_any_other_variable_is_hidden(name: str) -> None:
    assert not is_harmless(name)
    assert MASKER.environment([f"{name}=17"]) == [f"{name}={MASK}"]


@pytest.mark.parametrize(
    ("made_by", "shown"),
    [
        ("ENV PATH=/bin", "ENV PATH=/bin"),
        ("ENV GREETING=hello there TZ=UTC", f"ENV GREETING={MASK} TZ=UTC"),
        ("/bin/sh -c #(nop)  ENV GREETING=hello", f"/bin/sh -c #(nop)  ENV GREETING={MASK}"),
        ("ARG GREETING=hello", f"ARG GREETING={MASK}"),
        ("|1 GREETING=hello /bin/sh -c make all", f"|1 GREETING={MASK} /bin/sh -c make all"),
        ("RUN |2 A=b LANG=C /bin/sh -c make X=y # buildkit", f"RUN |2 A={MASK} LANG=C /bin/sh -c make X=y # buildkit"),
        ("RUN /bin/sh -c curl -u ada:hush http://x", f"RUN /bin/sh -c curl -u ada:{MASK} http://x"),
        ("COPY a=b /c", "COPY a=b /c"),
    ],
)
def test_the_history_of_an_image(made_by: str, shown: str) -> None:
    assert MASKER.layer(made_by) == shown
    assert MASKER.layer(shown) == shown


def test_the_place_of_a_secret_is_none() -> None:
    assert MASKER.environment(["DB_PASSWORD_FILE=/run/secrets/db", "DB_PASSWORD_FILE=hush"]) == [
        "DB_PASSWORD_FILE=/run/secrets/db",
        f"DB_PASSWORD_FILE={MASK}",
    ]


def test_an_own_rule_over_digits_breaks_no_page() -> None:
    """Ids, times and addresses that pages read stay; what people chose is hidden."""
    masker = Masker([own_rule("Digits", "[0-9]+")])
    raw = {
        "Id": "0a" * 32,
        "Created": "2024-01-01T10:00:00.123456789Z",
        "State": {"StartedAt": "0001-01-01T00:00:00Z", "Health": {"Log": [{"Output": "try 7", "ExitCode": 1}]}},
        "NetworkSettings": {"Networks": {"front": {"IPAddress": "10.0.0.2", "Gateway": "fe80::1"}}},
        "Config": {"Labels": {"id": "customer 7", "created": "by 8"}},
    }
    shown = masker.answer(raw)
    assert shown["Config"]["Labels"] == {"id": f"customer {MASK}", "created": f"by {MASK}"}
    assert shown["State"]["Health"]["Log"][0]["Output"] == f"try {MASK}"
    assert (shown["Id"], shown["Created"], shown["NetworkSettings"]) == (
        raw["Id"],
        raw["Created"],
        raw["NetworkSettings"],
    )


def test_versions_name_the_rules() -> None:
    one, other = own_rule("a", "x"), own_rule("b", "y")
    assert Masker([one, other]).version == Masker([other, one]).version
    assert len({Masker().version, Masker([one]).version, Masker([one, other]).version}) == 3
    assert len(Masker([one]).version + "~") <= 32


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=8), st.text(max_size=20))
def test_masking_again_changes_nothing(words: list[str], name: str, value: str) -> None:
    once = MASKER.arguments(words)
    assert MASKER.arguments(once) == once
    assert len(once) == len(words)
    masked = MASKER.value(name, value)
    assert MASKER.value(name, masked) == masked


def test_a_hostile_answer_costs_little() -> None:
    raw = {
        "Env": ["A" * 30_000 + "=" + "password=" * 3000] * 50,
        "Cmd": ["-p", "mysql "] * 900,
        "X": ["a:b@" * 9000] * 60,
    }
    began = time.process_time()
    MASKER.answer(raw)
    assert time.process_time() - began < 5
