"""Lines that somebody might print to hold the console up, each as long as a line can be."""

from __future__ import annotations

LINE_BYTES = 64 << 10

UNITS: dict[str, bytes] = {
    "levels in quotes": b'" level=a',
    "levels": b"level=a ",
    "levels of JSON": b'"level":"a",',
    "spaces": b" ",
    "tabs": b"\t",
    "separators": b"- | ",
    "brackets": b"[[(",
    "closing brackets": b"])}",
    "bracketed": b"[a] [b] ",
    "pairs": b'a="b" ',
    "open quotes": b'a="\\" ',
    "backslashes": b"\\",
    "escaped quotes": b'\\"',
    "equals signs": b"=",
    "colons": b":",
    "slashes": b"/",
    "dots": b"a.",
    "digits": b"9",
    "letters": b"a",
    "words": b"Error ",
    "names of errors": b"a.bException",
    "capital names": b"Aa.",
    "dollars": b"a$.",
    "namespaces": b"A::",
    "carets": b"^",
    "hashes": b"#0 ",
    "goroutines": b"goroutine 1 [a",
    "equal words": b"a=b ",
    "calls": b"a.b(",
    "colours": b"\x1b[31m",
    "colours without end": b"\x1b[0",
    "parameters without end": b"\x1b[0;0;0;0;0;0;0;0",
    "titles without end": b"\x1b]0;",
    "lone escapes": b"\x1b",
    "not UTF-8": b"\xff\xb2",
    "superscripts": b'{"level":"\xb2"}',
    "bullets": "•••".encode(),
    "masks of JSON": ":•••,".encode(),
    "masks after spaces": ":   •••".encode(),
    "nul": b"\x00",
    "dates": b"2024-01-01T00:00:00 ",
    "stamps": b"2024-01-01T00:00:00.000000000Z ",
    "addresses": b"http://a:",
    "at signs": b"://a:b@",
    "base64": b"aB3/",
    "emails": b"a@",
    "passwords": b"password=",
    "begun keys": b"-----BEGIN PRIVATE KEY",
    "cards": b"4111 ",
    "cookies": b"cookie: a=b; ",
    "surrogates": b'{"a":"\\ud800"} ',
    "mysql": b"mysql a ",
}
_WHOLE: dict[str, tuple[bytes, bytes, bytes]] = {
    "JSON: a level of spaces": (b'{"level":"', b" ", b'"}'),
    "JSON: a key and spaces": (b'{"level"', b" ", b":1}"),
    "JSON: lists in lists": (b'{"level":"info","a":', b"[", b""),
    "JSON: objects in objects": (b'{"level":"info","level":"warn","a":', b'{"a":', b""),
    "JSON: lists": (b'{"level":"info","level":"warn","a":', b"[],", b""),
    "JSON: a long list": (b'{"a":[', b"1,", b"1]}"),
    "JSON: many keys": (b'{"level":"info","level":"warn"', b',"a":{"level":"a"}', b"}"),
    "JSON: a huge number": (b'{"a":', b"9", b"}"),
    "JSON: a huge exponent": (b'{"a":1e', b"9", b"}"),
    "JSON: levels of levels": (b'{"level":"info"', b',"level":"warn"', b"}"),
    "JSON: escapes": (b'{"a":"', b"\\u0061", b'"}'),
    "objects that do not end": (b"", b'{"a ', b""),
    "a syslog number": (b"<", b"9", b">"),
    "syslog in syslog": (b"", b"<1>", b""),
    "redis": (b"1:M ", b"0", b" * "),
    "a value in quotes": (b'a="', b"\\\\", b""),
    "python's last line": (b"a", b".a", b":"),
    "after a trace": (b"Traceback (most recent call last)", b":", b":"),
}


def lines(size: int = LINE_BYTES) -> dict[str, bytes]:
    """By what is hostile in them; `size` bytes each."""
    found = {name: (unit * (size // len(unit) + 1))[:size] for name, unit in UNITS.items()}
    for name, (begin, unit, end) in _WHOLE.items():
        room = size - len(begin) - len(end)
        found[name] = begin + (unit * (room // len(unit) + 1))[:room] + end
    return found
