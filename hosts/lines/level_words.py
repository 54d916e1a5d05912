"""Which words and numbers name a level, and in which dress they stand in the head of a line."""

from __future__ import annotations

LEVELS = ("", "trace", "debug", "info", "warn", "error", "fatal")
"""Every answer; its place here is its code. 0 is unknown."""

TRACE, DEBUG, INFO, WARN, ERROR, FATAL = range(1, 7)

_SPELLINGS = {
    TRACE: "trace trc trce finer finest silly",
    DEBUG: "debug debu dbg dbug fine verbose debug1 debug2 debug3 debug4 debug5",
    INFO: "info inf information informational notice",
    WARN: "warn warning wrn",
    ERROR: "error err err! erro eror fail severe",
    FATAL: "fatal fata ftl critical crit emerg emergency alert panic pnc dpanic",
}
# Words that say a level only in a bracket or before a colon: in a head of its own each of them is a plain word.
_DRESSED_ONLY = {INFO: "log note system", DEBUG: "config"}

NAMED: dict[str, int] = {word: code for code, words in _SPELLINGS.items() for word in words.split()}
"""In lower case: what a key such as `level` may hold."""

SYSLOG = (FATAL, FATAL, FATAL, ERROR, WARN, INFO, INFO, DEBUG)
LETTERS = {"D": DEBUG, "I": INFO, "W": WARN, "E": ERROR, "F": FATAL, "C": FATAL}
REDIS = {".": DEBUG, "-": DEBUG, "*": INFO, "#": WARN}


def of_value(value: str) -> int:
    """The level that a key holds: a word, pino's and bunyan's 10 to 60, or syslog's 0 to 7; 0 for anything else."""
    if value.isascii() and value.isdigit():
        number = int(value[:4])
        if number < 8:
            return SYSLOG[number]
        return number // 10 if number % 10 == 0 and number <= 60 else 0
    return NAMED.get(value.lower(), 0)


def _in_brackets() -> dict[str, int]:
    dresses = ("[{}]", "<{}>", "({})", "[{}", "{}]", "{})")
    known: dict[str, int] = {}
    for code, words in _joined().items():
        for word in words:
            for written in (word, word.upper(), word.title()):
                known |= {dress.format(written): code for dress in dresses}
    return known


def _bare() -> dict[str, int]:
    known: dict[str, int] = {}
    for code, words in _joined().items():
        for word in words:
            # `log:` and `system:` begin sentences; `LOG:` is PostgreSQL's.
            colons = (word.upper(),) if word in _DRESSED_ONLY[INFO] + _DRESSED_ONLY[DEBUG] else ()
            for written in colons or (word, word.upper(), word.title()):
                known[f"{written}:"] = code
    for word, code in NAMED.items():
        known |= dict.fromkeys((word.upper(), word.upper() + ",", "=" + word.upper()), code)
    return known | {"E:": ERROR, "W:": WARN}


def _joined() -> dict[int, list[str]]:
    return {code: words.split() + _DRESSED_ONLY.get(code, "").split() for code, words in _SPELLINGS.items()}


BRACKETED = _in_brackets()
"""A level in a bracket, in any case of letters: `[warn]`, `<Warning>`; also with the other half of the bracket away."""

TOKENS = _bare() | BRACKETED
"""Every token that says a level by itself where a line's head is: `INFO`, `info:`, `[info]`."""
