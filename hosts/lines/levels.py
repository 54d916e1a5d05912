"""How grave is a line? By its shape alone: what the words of the message mean is not asked.

Shapes: a word in the head (`INFO`, `[info]`, `info:`, `app.ERROR:`), a letter (klog, glog, Tornado, MongoDB, Redis),
syslog's `<3>`, a pair (`level=info`) anywhere outside of quotes, a key of a JSON object, the first line of a trace.
Two shapes with different answers make it unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from hosts.lines.failing import failed
from hosts.lines.level_words import (
    BRACKETED,
    ERROR,
    FATAL,
    LETTERS,
    LEVELS,
    NAMED,
    REDIS,
    SYSLOG,
    TOKENS,
    WARN,
    of_value,
)
from hosts.lines.text import as_bytes, plain, texts

# A level stands near the beginning, and nobody's line may take long: of the rest of a line nothing is looked at.
LOOKED_AT = 4 << 10
_HEAD, _TOKENS = 200, 10
# What begins a token that belongs to no message.
_HEAD_BEGINS = frozenset("[({<-|*#+:]>)}=/")
_DATE_WORDS = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun UTC GMT CET CEST EST PST AM PM"
)
_CALENDAR = frozenset(_DATE_WORDS.split())
_PROGRAMS = frozenset(("npm", "yarn", "pnpm", "PHP"))
_SEPARATORS = frozenset(("-", "|", "--"))
_BEFORE_A_LEVEL = _SEPARATORS | _PROGRAMS | {"["}
_REDIS_KINDS = frozenset((":M", ":S", ":C", ":X"))
_NAMELIKE = re.compile(r"[0-9.:=_/@#-]")
_KLOG = re.compile(r"([DIWEFC])(?:[0-9]{4}|[0-9]{8}) [0-9]{2}:[0-9]{2}:[0-9]{2}")
_PRIORITY = re.compile(r"<([0-9]{1,3})>")
_REDIS = re.compile(r"[0-9]+:[XCSM] [0-9]{2} [A-Z][a-z]{2} (?:[0-9]{4} )?[0-9:.]{8,12} ([.*#-]) ")
_PAIR_KEY = re.compile(r"evel=|lvl=|everity=")
_KEY_BEGINS = re.compile(r"(?:\A|[\s,;\[({|])(?:[lL]|[lL]og[._]?[lL]|[sS])?\Z")
_VALUE = re.compile(r'"?(\w{1,16})\b', re.A)
_KEY = re.compile(
    r'"(?:level|lvl|[lL]evel_?[nN]ame|[lL]og_?[lL]evel|log\.level|Level|LEVEL|severity|SEVERITY|[sS]everity_?[tT]ext|@l|PRIORITY)"'
    # Bounded, for a run of spaces that may be split in many ways takes quadratic time.
    r'\s{0,8}:\s{0,8}(?:"\s{0,8}([^"\\\s](?:[^"\\]{0,14}[^"\\\s])?)\s{0,8}"|([0-9]{1,2})\b)',
    re.A,
)
_MONGO = re.compile(r'\{"t":\{"\$date":"[^"]{1,40}"\},\s*"s":"([FEWID])[0-9]?"')
_ERRORS = (
    "Traceback (most recent call last)",
    "Exception in thread ",
    "Caused by: ",
    "Unhandled exception",
    "Uncaught ",
)
_FATAL = ("fatal error: ", "Segmentation fault")


def level(text: bytes | str) -> str:
    """One of `LEVELS`: trace, debug, info, warn, error, fatal, or "" for unknown. The text without its timestamp."""
    return LEVELS[_safely(as_bytes(text) if isinstance(text, str) else text)]


def levels(lines: Iterable[bytes]) -> bytes:
    """The place in `LEVELS` of each line, timestamped or not. Never raises. About 2 s of CPU per million lines."""
    found = texts(lines)
    try:
        return bytes([_code(text[:LOOKED_AT].decode("latin-1")) for text in found])
    except Exception:  # noqa: BLE001 - whatever a line holds, it is shown: then without a level
        return bytes(map(_safely, found))


def _safely(text: bytes) -> int:
    try:
        return _code(text[:LOOKED_AT].decode("latin-1"))
    except Exception as error:  # noqa: BLE001 - see `levels`
        failed("level", error)
        return 0


def _code(text: str) -> int:
    """The place in `LEVELS`. The shapes are ASCII, so that bytes taken for Latin-1 are as good as the true text."""
    if "\x1b" in text:
        text = plain(text.encode("latin-1")).decode("latin-1")
    if text[:1] == "{":
        return _of_json(text)
    if "evel=" not in text and "lvl=" not in text and "everity=" not in text:
        return _of_head(text)
    pairs = _of_pairs(text)
    # In logfmt nothing but pairs says a level.
    said = 0 if pairs and text.partition("=")[0].isalnum() else _of_head(text)
    found = pairs | {said} if said else pairs
    return found.pop() if len(found) == 1 else 0


def _of_json(text: str) -> int:
    mongo = _MONGO.match(text)
    if mongo:
        return LETTERS[mongo[1]]
    found = 0
    for word, number in _KEY.findall(text):
        another = of_value(word or number)
        if found and another and another != found:
            return _of_outer_keys(text)
        found = found or another
    return found


def _of_outer_keys(text: str) -> int:
    """The level of a JSON object whose inner objects hold other levels."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return 0
    outer = "".join(f'"{key}":{json.dumps(value)},' for key, value in whole.items() if isinstance(value, str | int))
    found = {of_value(word or number) for word, number in _KEY.findall(outer)} - {0}
    return found.pop() if len(found) == 1 else 0


def _of_pairs(text: str) -> set[int]:
    found = set()
    quotes, counted = 0, 0
    for match in _PAIR_KEY.finditer(text):
        at = match.start()
        quotes, counted = quotes + text.count('"', counted, at), at
        # A pair in quotes is part of somebody's message.
        if quotes % 2 == 0 and _KEY_BEGINS.search(text[max(0, at - 7) : at]):
            value = _VALUE.match(text, match.end())
            if value:
                found.add(of_value(value[1]))
    return found - {0}


def _of_head(text: str) -> int:
    first = text[:1]
    if first == "<" and (priority := _PRIORITY.match(text)):
        return _of_priority(int(priority[1]), text[priority.end() :])
    if first in LETTERS and (letter := _KLOG.match(text)):
        return LETTERS[letter[1]]
    head = text[:_HEAD]
    if "[" in head or "|" in head:
        head = head.replace("[", " [").replace("]", "] ").replace("|", " | ")
    tokens = head.split(None, _TOKENS)[:_TOKENS]
    for place, token in enumerate(tokens):
        if token in TOKENS:
            return _unless_contradicted(TOKENS[token], tokens[place + 1 : place + 3])
        # Most tokens before a level are dates, times and numbers.
        if "0" <= token < ":":
            if place == 0 and token[-2:] in _REDIS_KINDS and (process := _REDIS.match(text)):
                return REDIS[process[1]]
        elif token not in _SEPARATORS:
            found, goes_on = (_of_word if token.isalpha() else _of_token)(text, tokens, place)
            if found or not goes_on:
                return found or (_of_trace(text) if place < 2 else 0)
    return 0


def _of_priority(number: int, rest: str) -> int:
    found = SYSLOG[number & 7] if number < 192 else 0
    said = _of_head(rest) if rest[:1] != "<" else 0
    return found if said in (0, found) else 0


def _unless_contradicted(found: int, after: list[str]) -> int:
    return found if all(BRACKETED.get(token, found) == found for token in after) else 0


def _of_token(text: str, tokens: list[str], place: int) -> tuple[int, bool]:
    """The level that a less usual token says, and whether the head goes on behind it."""
    token, after = tokens[place], _at(tokens, place + 1)
    if place == 0 and token[:1] == "[" and token[1:] in LETTERS and after[:1].isdigit():
        return LETTERS[token[1:]], False
    if token[0] in _HEAD_BEGINS:
        # `[01/Jan/2024` is none of the shapes with a colon or a slash.
        return (_of_parts(token) if token[1:2].isalpha() and (":" in token or "/" in token) else 0), True
    found = _of_parts(token) if ":" in token or "/" in token else 0
    return found, token[0] != '"' and (_NAMELIKE.search(token) is not None or after[:1] == "[")


def _of_word(text: str, tokens: list[str], place: int) -> tuple[int, bool]:
    """The same for a token of letters alone, which is a level in a certain place only."""
    word, after, before = tokens[place], _at(tokens, place + 1), tokens[place - 1] if place else ""
    if word in LETTERS and "0" <= before < ":":
        return LETTERS[word] if after.isupper() or after[-1:] == ":" else 0, False
    if word.lower() in NAMED and (before in _BEFORE_A_LEVEL or f"\t{word}\t" in text):
        return NAMED[word.lower()], False
    goes_on = (
        word in _CALENDAR
        or word in _PROGRAMS
        or before in _SEPARATORS
        or after in _SEPARATORS
        or after[:1] == "["
        or (after in TOKENS and after.isupper() and word.islower())
        or (place == 3 and tokens[0] in _CALENDAR)  # the name of the machine, after syslog's date
    )
    return 0, goes_on


def _at(tokens: list[str], place: int) -> str:
    return tokens[place] if place < len(tokens) else ""


def _of_parts(token: str) -> int:
    """`ERROR:root:…`, `[core:notice]`, `INFO/MainProcess]`, `app.ERROR:`, `DeprecationWarning:`."""
    core = token.strip("[](){}<>,")
    begin, colon, rest = core.partition(":")
    if colon and begin.lower() in NAMED:
        return NAMED[begin.lower()]
    if colon and token[:1] == "[" and rest.lower() in NAMED:
        return NAMED[rest.lower()]
    begin = core.partition("/")[0]
    if begin.isupper() and begin.lower() in NAMED:
        return NAMED[begin.lower()]
    if core[-1:] != ":":
        return 0
    last = core[:-1].rpartition(".")[2]
    if last.isupper():
        return NAMED.get(last.lower(), 0)
    if last.endswith(("Error", "Exception")):
        return ERROR
    return WARN if last.endswith("Warning") else 0


def _of_trace(text: str) -> int:
    if text.startswith(_ERRORS):
        return ERROR
    if text.startswith(_FATAL) or (text.startswith("thread '") and "' panicked at " in text):
        return FATAL
    return ERROR if text.startswith("PHP Parse error: ") else 0
