"""What may everybody read of what an engine tells: values, arguments, texts of many lines, whole JSON answers?

The one masker beside that of log lines, by the same rules, the administrators' own included. A name that promises a
secret hides its whole value; whatever else is looked at for secrets in it, together with its name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from hosts.lines.credentials import BUILT_IN_VERSION, Rule
from hosts.lines.names import is_harmless, is_secret, names_a_file
from hosts.lines.redaction import MASK, Redactor
from hosts.lines.text import as_bytes

_TEXT_LIMIT = 32 << 10
# All texts of one answer together: no page can show more.
_WHOLE_LIMIT = 2 << 20
_MANY = 2000
_DEEPEST = 64
# So much of a command's arguments is looked at, and shown.
_TOGETHER = 64 << 10
_NAME = re.compile(r"[\w.-]{1,128}")
_OPTION = re.compile(r"--?([A-Za-z][\w-]*)")
# What stands under these names and has such a shape is the engine's own, and pages read it: an own rule over digits
# hides no time and no id.
# fmt: off
_OWN_NAMES = frozenset((
    "id", "created", "started", "finished", "startedat", "finishedat", "start", "end", "image", "imageid",
    "networkid", "endpointid", "sandboxid", "parent", "layers", "lastupdate", "lasttagtime", "createdat",
    "macaddress", "ipaddress", "ipv4address", "ipv6address", "gateway", "subnet", "iprange",
))
# fmt: on
_OWN_SHAPES = re.compile(
    r"(?:sha256:)?[0-9a-f]{12,64}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}(?:Z|[+-][0-9:]{4,6})"
    r"|[0-9a-fA-F:.]{2,45}(?:/[0-9]{1,3})?"
)


# In an image's history: `ENV A=b`, the same of the classic builder, and `|1 TOKEN=x /bin/sh -c …`.
_SETS = re.compile(r"(?:/bin/sh -c #\(nop\)\s+)?(?:ENV|ARG)\s+|(?:RUN\s+)?(?P<arguments>\|[0-9]{1,3}\s+)")
_SET = re.compile(r"(^|\s)([A-Za-z_][\w.-]{0,127})=")
_SHELL = re.compile(r"\s/\S+ -\S*c\s")


class Masker:
    """Holds no state: one serves all threads. `version` names its rules: what it has masked says so."""

    def __init__(self, own: Iterable[Rule] = (), *, shut: bool = False) -> None:
        """`shut` is for when the own rules cannot be read: then it hides every text whole."""
        rules = tuple(own)
        self.redactor = Redactor(rules)
        self.version = f"{BUILT_IN_VERSION}-{'shut' if shut else _digest(rules)}"
        self.shut = shut

    def text(self, text: str) -> str:
        """A text of any kind, of one line or many: command lines, errors, what a health check printed."""
        if self.shut:
            return MASK if text else text
        if "\n" not in text:
            return self.redactor.mask_text(text)[0]
        masked, count = self.redactor.masking().lines(as_bytes(text).split(b"\n"))
        return b"\n".join(masked).decode("utf-8", "replace") if count else text

    def value(self, name: str, value: str) -> str:
        """The value of a variable, label or option of that name."""
        if not value or value == MASK:
            return value
        if is_secret(name):
            return value if names_a_file(name, value) and not self.shut else MASK
        together = f"{name}={value}"
        if not self.shut and "\n" not in together and not self.redactor.among([as_bytes(value), as_bytes(together)]):
            return value
        masked = self.text(value)
        if masked != value or not name:
            return masked
        # A rule may want the name before the value. Where it hid more than the value, no more can be told.
        said = self.text(together)
        if said.endswith(f"={value}"):
            return value
        return said[len(name) + 1 :] if said.startswith(f"{name}=") else MASK

    def variable(self, name: str, value: str) -> str:
        """The value of an environment variable: hidden unless its name is known to be harmless."""
        return self.value(name, value) if not value or is_harmless(name) or names_a_file(name, value) else MASK

    def environment(self, variables: Iterable[str]) -> list[str]:
        """`NAME=value` each, with those values that everybody may see."""
        parts = (each.partition("=") for each in variables)
        return [f"{name}{equals}{self.variable(name, value)}" for name, equals, value in parts]

    def layer(self, made_by: str) -> str:
        """The instruction that made a layer of an image: variables and build arguments as an environment has them."""
        step = _SETS.match(made_by)
        if step is None or self.shut:
            return self.text(made_by)
        values, rest = made_by[step.end() :], ""
        if step["arguments"] and (shell := _SHELL.search(values)):
            values, rest = values[: shell.start()], values[shell.start() :]
        parts = _SET.split(values)
        shown = [self.text(parts[0])]
        for space, name, value in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            bare = value.strip("\"'")
            shown.append(f"{space}{name}={self.variable(name, bare)}")
        return self.text(step[0] + "".join(shown)) + self.text(rest)

    def arguments(self, arguments: Sequence[str]) -> list[str]:
        """A command's words, without what follows `--password` and the like."""
        shown, hide = list[str](), False
        for argument in self._together(arguments):
            shown.append(MASK if hide and not argument.startswith("-") else self._argument(argument))
            option = _OPTION.fullmatch(argument)
            hide = option is not None and is_secret(option[1])
        return shown

    def again(self, value: Any, name: str = "") -> Any:
        """JSON that is stored, masked by these rules; nothing is cut and every object keeps its shape."""
        if isinstance(value, str):
            return self.value(name, value)
        if isinstance(value, dict):
            return {key: self.again(each, str(key)) for key, each in value.items()}
        return [self.again(each) for each in value] if isinstance(value, list) else value

    def answer(self, raw: Any) -> Any:
        """The same JSON with what is secret hidden, and cut to sizes that a page can show."""
        return _Answer(self).mask(raw, "", 0)

    def _argument(self, argument: str) -> str:
        """`NAME=value` and `--name=value` by their name, whatever else by its looks."""
        name, equals, value = argument.partition("=")
        if equals and _NAME.fullmatch(name):
            return f"{name}={self.value(name.lstrip('-'), value)}"
        return self.text(argument)

    def _together(self, arguments: Sequence[str]) -> list[str]:
        """Without what shows only beside other words: `mysql -pSecret`, `curl -u name:password`."""
        words, size = list[bytes](), 0
        for argument in arguments:
            size += len(argument) + 1
            if size > _TOGETHER:
                break
            words.append(as_bytes(argument).replace(b"\n", b" "))
        spans = self.redactor.spans(b" ".join(words))
        shown, at = list[str](), 0
        for argument, word in zip(arguments, words, strict=False):
            inside = [(max(begin - at, 0), end - at) for begin, end in spans if begin < at + len(word) and end > at]
            shown.append(_without(word, inside) if inside else argument)
            at += len(word) + 1
        return shown + [MASK] * (len(arguments) - len(words))


class _Answer:
    """One answer on its way: how much text it may still show."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._left = _WHOLE_LIMIT

    def mask(self, raw: Any, name: str, depth: int) -> Any:
        if depth > _DEEPEST:
            return "…"
        if isinstance(raw, str):
            return self._text(name, self._cut(raw))
        if name.lower() == "env":
            return self._environment(raw)
        if isinstance(raw, dict):
            pairs = list(raw.items())[:_MANY]
            return {_cut(str(key), 255): self.mask(value, str(key), depth + 1) for key, value in pairs}
        return self._list(raw[:_MANY], depth) if isinstance(raw, list) else raw

    def _list(self, raw: list[Any], depth: int) -> list[Any]:
        if raw and all(isinstance(each, str) for each in raw):
            return self._masker.arguments([self._cut(each) for each in raw])
        return [self.mask(each, "", depth + 1) for each in raw]

    def _environment(self, raw: Any) -> Any:
        """`NAME=value` each; what has another shape than an engine gives it shows no value."""
        if isinstance(raw, dict):
            return {_cut(str(key), 255): MASK for key in list(raw)[:_MANY]}
        if isinstance(raw, list):
            return self._masker.environment([self._cut(each) for each in raw[:_MANY] if isinstance(each, str)])
        return raw

    def _text(self, name: str, text: str) -> str:
        if name.lower() in _OWN_NAMES and _OWN_SHAPES.fullmatch(text):
            return text
        return self._masker.variable("", text) if name.lower() == "env" else self._masker.value(name, text)

    def _cut(self, text: str) -> str:
        shown = _cut(text, min(_TEXT_LIMIT, self._left)) if self._left > 0 else "…" * bool(text)
        self._left -= len(shown)
        return shown


def _without(word: bytes, spans: list[tuple[int, int]]) -> str:
    parts, at = list[str](), 0
    for begin, end in spans:
        parts += (word[at:begin].decode("utf-8", "ignore"), MASK)
        at = end
    return "".join((*parts, word[at:].decode("utf-8", "ignore")))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _digest(rules: Sequence[Rule]) -> str:
    if not rules:
        return ""
    said = "\0".join(sorted(rule.pattern.source for rule in rules))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]
