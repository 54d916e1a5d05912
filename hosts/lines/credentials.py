"""What do credentials look like? The built-in rules of redaction: the first group of each pattern is what is hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hosts.lines.patterns import Pattern
from hosts.lines.wording import gettext_noop

# What is stored names the rules that it was masked by: count up with each change to what is hidden, here or in
# `names.py`, and every stored row is masked again.
BUILT_IN_VERSION = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """`hides` has the last word on what the pattern found. `name` is for people, in English where it is built in."""

    name: str
    pattern: Pattern
    hides: Callable[[bytes, int, int], bool] | None = None


_KEYS_ALWAYS = (
    r"passw(?:or)?d|passphrase|passcode|api[_-]?key|(?:access|account)[_-]?key(?:[_-]?id)?|private[_-]?key"
    r"|secret[_-]?(?:access[_-]?)?key|client[_-]?secret"
)
_KEYS_OF_CODES = r"token|secret|credentials?|(?:\b|_)creds?|(?:\b|_)auth|(?:\b|_)pass"
# An end of the key's own quotes (escaped, in JSON within JSON), the sign, and the beginning of the value's quotes.
_SIGN = r"""\\*["']?\s*(?:=>|:=|=|:|%3[Dd])\s*"""
_EQUALS = r"""\\*["']?\s*(?:=>|:=|=)\s*"""
_COLON = r"""\\*["']?\s*:\s*"""
_BARE = r"""\\*["']?([^\s"'\\&;,<>(){}\[\]]+)"""
_DOUBLE = r'''"((?:[^"\\]|\\.)+)"'''
_SINGLE = r"""'([^']+)'"""
_ESCAPED = r"""\\+"([^"\\]+)"""
_TOKENS = (
    r"\b(gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{20,}"
    r"|gl(?:pat|rt|ptt|dt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_.-]{16,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}"
    r"|sk-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{30,}|dckr_pat_[A-Za-z0-9_-]{20,}"
    r"|(?:dop|doo|dor)_v1_[0-9a-f]{32,}|shp(?:at|ca|pa|ss)_[A-Za-z0-9]{20,}|hv[sbr]\.[A-Za-z0-9_-]{20,}"
    r"|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}|whsec_[A-Za-z0-9]{20,}|[0-9]{8,10}:[A-Za-z0-9_-]{35}"
    r"|AIza[A-Za-z0-9_-]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{30,})"
)
_CARD = r"\b((?:4[0-9]|5[1-5]|2[2-7]|6[045]|3[04-8])(?:[ -]?[0-9]){11,17})\b"
# The secret part of an address that is a key by itself.
_HOOKS = (
    r"(?i)(?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api/webhooks/[0-9]+)"
    r"/([A-Za-z0-9_/-]+)"
)
# name=value, as many as follow, but not a lone word.
_COOKIES = r"""([^\s=;,"'\\\[\]]+=[^\s;,"'\\\]]+(?:;\s*[^\s=;,"'\\\]]+(?:=[^\s;,"'\\\]]*)?)*)"""
_SESSIONS = r"""(?i)\b(?:J?SESSIONID|PHPSESSID|ASP\.NET_SessionId|connect\.sid)=([^\s;,"'&\\\]]{12,})"""
# A password may hold `/`, `@` and `#`, as URLs must not have it and people write it all the same.
_IN_ADDRESS = r"""(?i)\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@"'<>]*:([^\s"'<>]+)@"""
_LONE_IN_ADDRESS = r"""(?i)\b[a-z][a-z0-9+.-]{0,30}://([^\s/:@"'<>]{20,})@"""
_TAG = r"(?i)<(?:[a-z0-9]+:)?[a-z0-9_-]*(?:passw(?:or)?d|passphrase|secret|token|api-?key)>([^<]+)</"
_PROGRAMS = (
    (r"\bmysql[a-z]*\s", r"-p([^\s-]\S*)"),
    (r"\b(?:sshpass|mongo[a-z]*|docker\s+login|podman\s+login)\s", r"-p\s*([^\s-]\S*)"),
    (r"\bredis-cli\s", r"-a\s*([^\s-]\S*)"),
    (r"\bcurl\s", r"(?:-u\s*|--user[\s=]+)[^\s:]+:([^\s/]\S*)"),
)
# Of each program on the line the first such option, and of the last one its last.
_COMMANDS = tuple(
    f"{program}{between}{option}" for program, option in _PROGRAMS for between in (r"(?:.*?\s)??", r"(?:.*\s)?")
)
PEM_BEGINS = rb"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY"
PEM_ENDS = rb"-----END [A-Z0-9 ]{0,30}PRIVATE KEY"


_NOTHING = {b"null", b"none", b"nil", b"undefined", b"true", b"false"}


def _has_a_digit(text: bytes, begin: int, end: int) -> bool:
    """`token: expired` says nothing secret; a code without any digit is rare."""
    return not text[begin:end].isalpha() and any(48 <= byte < 58 for byte in text[begin:end])


def _is_a_value(text: bytes, begin: int, end: int) -> bool:
    """`"password":null` tells nothing."""
    return text[begin:end].lower() not in _NOTHING


def _is_no_path(text: bytes, begin: int, end: int) -> bool:
    """`PWD=/app` is where a program runs."""
    return text[begin : begin + 1] != b"/"


def _is_no_word(text: bytes, begin: int, end: int) -> bool:
    """`basic authentication` is no header."""
    value = text[begin:end]
    return not (value.isalpha() and (value.islower() or value.istitle() or value.isupper()))


def _is_base64(text: bytes, begin: int, end: int) -> bool:
    """A digest in hexadecimal may be as long as a line of a key, and so may a long name of words."""
    return is_base64(text[begin:end])


def is_base64(value: bytes) -> bool:
    """Small and capital letters and others, as nearly any 20 characters of a key have."""
    return (
        value.upper() != value
        and value.lower() != value
        and not value.isalpha()
        and any(byte in b"ghijklmnopqrstuvwxyz+/" for byte in value)
    )


def _is_a_card(text: bytes, begin: int, end: int) -> bool:
    """A number that passes Luhn's check, with the length that its issuer uses, and no part of a fraction."""
    if text[begin - 1 : begin] in (b".", b"-") or (text[end : end + 1] == b"." and text[end + 1 : end + 2].isdigit()):
        return False
    digits = [byte - 48 for byte in text[begin:end] if 48 <= byte < 58]
    first = digits[0] * 10 + digits[1]
    lengths = {3: (14, 15, 16), 4: (13, 16, 19), 6: (16, 17, 18, 19)}.get(digits[0], (16,))
    if len(digits) not in lengths or (first in (34, 37) and len(digits) != 15):
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_no_port(text: bytes, begin: int, end: int) -> bool:
    """`https://example.com:8080/a@b` is a port and a path with an `@` in it; only the web's addresses have such."""
    port, slash, _path = text[begin:end].partition(b"/")
    if not slash or not port.isdigit() or len(port) > 5:
        return True
    ends = text.rfind(b"://", 0, begin)
    return (
        not text[max(0, ends - 5) : ends].lower().endswith((b"http", b"https", b"ws", b"wss", b"ftp", b"tcp", b"udp"))
    )


def _rule(name: str, source: str, hides: Callable[[bytes, int, int], bool] | None = None) -> Rule:
    return Rule(name, Pattern(source, trusted=True), hides)


_PASSWORDS = gettext_noop("Passwords and keys by their name")
_CODES = gettext_noop("Tokens and secrets by their name")
_HEADERS = gettext_noop("Authorization headers")
_COOKIE_VALUES = gettext_noop("Cookies")
_SIGNATURES = gettext_noop("Signatures of requests")
_PRIVATE = gettext_noop("Private keys")
_ADDRESSES = gettext_noop("Passwords in addresses")

BUILT_IN = (
    _rule(_PASSWORDS, f"(?i)(?:{_KEYS_ALWAYS}){_SIGN}{_BARE}", _is_a_value),
    *(_rule(_PASSWORDS, f"(?i)(?:{_KEYS_ALWAYS}){_SIGN}{value}") for value in (_DOUBLE, _SINGLE, _ESCAPED)),
    *(_rule(_PASSWORDS, command) for command in _COMMANDS),
    _rule(_PASSWORDS, _TAG),
    _rule(_PASSWORDS, rf"(?i)(?:\b|_)pwd{_SIGN}{_BARE}", _is_no_path),
    _rule(_PASSWORDS, rf"(?i)(?:^|\s)--?[a-z-]*(?:{_KEYS_ALWAYS}|token|secret)\s+{_BARE}"),
    _rule(_CODES, f"(?i)(?:{_KEYS_OF_CODES}){_EQUALS}{_BARE}", _is_a_value),
    _rule(_CODES, f"(?i)(?:{_KEYS_OF_CODES}){_COLON}{_BARE}", _has_a_digit),
    *(_rule(_CODES, f"(?i)(?:{_KEYS_OF_CODES}){_SIGN}{value}") for value in (_DOUBLE, _SINGLE, _ESCAPED)),
    _rule(_HEADERS, rf"(?i)authorization{_SIGN}\[?\\*[\"']?(?:[a-z]+\s+)?([^\s\"'\\,;\]]+)", _is_no_word),
    _rule(_HEADERS, r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/-]{8,}=*)", _is_no_word),
    _rule(_COOKIE_VALUES, rf"(?i)cookie{_SIGN}\[?\\*[\"']?{_COOKIES}"),
    _rule(_COOKIE_VALUES, _SESSIONS),
    _rule(_SIGNATURES, r"(?i)\bsignature=([0-9a-f]{64})\b"),
    _rule(_SIGNATURES, r"[?&]sig=([A-Za-z0-9%+/_-]{20,}=*)"),
    _rule(gettext_noop("Addresses that are keys"), _HOOKS),
    _rule(gettext_noop("Access tokens of GitHub, GitLab, Slack and others"), _TOKENS),
    _rule(gettext_noop("Access keys of AWS"), r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b"),
    _rule(gettext_noop("JSON web tokens"), r"\b(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)"),
    _rule(_ADDRESSES, _IN_ADDRESS, _is_no_port),
    _rule(_ADDRESSES, _LONE_IN_ADDRESS, _has_a_digit),
    _rule(_PRIVATE, r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY[A-Z ]*-----([^-]+)"),
    # The columns of PEM, of OpenSSH and of MIME.
    _rule(_PRIVATE, r"^\s*([A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{70}|[A-Za-z0-9+/]{76})\s*$", _is_base64),
    _rule(gettext_noop("Card numbers"), _CARD, _is_a_card),
)

# Lines between the first and the last line of a key; its last one may be short.
PEM_BODY = Pattern(r"[A-Za-z0-9+/]{20,}={0,2}|^\s*[A-Za-z0-9+/]+={0,2}\s*$", trusted=True)
# A line that may be of a key whose beginning nobody saw: long, whatever stands before it, or all that is on its line.
PEM_REST = (
    Pattern(r"""([A-Za-z0-9+/]{40,}={0,2})(?:\\[nr])*[\s"'}\]]*$""", trusted=True),
    Pattern(r"^\s*([A-Za-z0-9+/]{4,}={0,2})\s*$", trusted=True),
)
