"""How do stack traces begin and go on? The marks of each language, for lines that are not indented."""

from __future__ import annotations

import re
from enum import Enum, auto


class Trace(Enum):
    """What kind of text the open group holds, which decides how it may go on."""

    NONE = auto()
    PYTHON = auto()
    RAISED = auto()  # Python's last line of a trace has come; a chained trace may follow
    CHAINED = auto()
    GO = auto()
    NODE_SOURCE = auto()  # the line of code comes, and then a caret
    NODE = auto()
    RUBY = auto()
    PHP = auto()
    PANICKED = auto()  # the message of Rust's panic stands on the next line
    RUST = auto()


EXCEPTION = re.compile(
    rb"(?:[A-Za-z_$][\w$]*[.:\\]{1,2})*(?:[A-Z][\w$]*)?(?:Exception|Error|Throwable|Fault)(?::|\Z| \[)"
)
_PYTHON_HEAD = b"Traceback (most recent call last)"
_PYTHON_LAST = re.compile(rb"[A-Za-z_][\w.]*(?::|\Z)")
_PYTHON_CHAIN = (b"During handling of the above exception", b"The above exception was the direct cause")
_GO_HEADS = (b"panic: ", b"fatal error: ", b"SIGQUIT: ", b"runtime: goroutine stack exceeds")
_GO_MORE = (
    b"created by ",
    b"exit status ",
    b"[signal ",
    b"runtime stack:",
    b"goroutine ",
    b"fatal error: ",
    b"runtime: ",
)
_GO_CALL = re.compile(rb"panic\(|(?:[\w.\-~%]+/)*[\w\-~%]+\.[^\s:=\"']*\(.*\)\Z")
_GOROUTINE = re.compile(rb"goroutine \d+ (?:[\w=]+ )*\[[^\]]*\]:\Z")
_NODE_PLACE = re.compile(rb"(?:node:\S+|\S+\.[cm]?[jt]sx?):\d+\Z")
_CARET = re.compile(rb"\s*\^+\s*\Z")
_NODE_MORE = (b"Uncaught ", b"Node.js v", b"Thrown at:", b"[cause]: ")
_RUBY_PLACE = re.compile(rb"\S+\.(?:rb|erb|haml|ru|rake):\d+:in [`']")
_RUBY_HEAD = re.compile(rb"[A-Z]\w*(?:::\w+)* \(.*\):\Z")
_PHP_HEADS = (b"PHP Fatal error:  Uncaught ", b"Fatal error: Uncaught ")
_PHP_TRACE = (b"Stack trace:", b"[stacktrace]", b"PHP Stack trace:")
_PHP_MORE = (*_PHP_TRACE, b"Next ", b'"}', b"[previous exception]", b"PHP   ", b"#")
_RUST_MORE = (b"note: ", b"stack backtrace:")
_AFTER_INDENT = (b"Caused by: ", b"Suppressed: ", b"--- End of ")
_CLOSING = re.compile(rb'["\]})]+[,;]?\Z')

_HEADS = (_PYTHON_HEAD, *_GO_HEADS, b"goroutine ", *_PHP_HEADS, *_PHP_TRACE, b"thread '")
_NAMES_END = (b"Exception", b"Error", b"Throwable", b"Fault")
_FIRST_WORD_ENDS = (*_NAMES_END, *(name + b":" for name in _NAMES_END), b":in")
_LINE_ENDS = frozenset(b":0123456789")


def may_open(text: bytes) -> bool:
    """False for most lines, at little cost: then the functions below have nothing to say. The text is not empty."""
    return text[-1] in _LINE_ENDS or text.split(b" ", 1)[0].endswith(_FIRST_WORD_ENDS) or text.startswith(_HEADS)


def opened_by(text: bytes) -> Trace:
    """The trace of which this may be the first line, or NONE."""
    if text.startswith(_PYTHON_HEAD):
        return Trace.PYTHON
    if text.startswith(_GO_HEADS) or _GOROUTINE.match(text):
        return Trace.GO
    if text.startswith(_PHP_HEADS) or text.startswith(_PHP_TRACE):
        return Trace.PHP
    if text.startswith(b"thread '") and text.find(b"' panicked at ") >= 0:
        return Trace.PANICKED if text.endswith(b":") else Trace.RUST
    if _NODE_PLACE.match(text):
        return Trace.NODE_SOURCE
    return Trace.RUBY if _RUBY_PLACE.match(text) or _RUBY_HEAD.match(text) else Trace.NONE


def belongs_to_the_line_above(text: bytes) -> bool:
    """Whether a trace that begins so is always written below a line of the same message."""
    return text.startswith((*_PHP_TRACE, b"goroutine "))


def follows_a_complaint(text: bytes) -> bool:
    """Whether this may be the first line of a trace that a logger writes below the message that complains."""
    return text.startswith(_PYTHON_HEAD) or EXCEPTION.match(text) is not None


def goes_on_after_indent(text: bytes) -> bool:
    return text.startswith(_AFTER_INDENT) or _CLOSING.match(text) is not None


def goes_on(trace: Trace, text: bytes) -> Trace | None:
    """What the trace is after this line without an indent; None when the line is no part of it."""
    if trace in (Trace.PYTHON, Trace.RAISED, Trace.CHAINED):
        return _python(trace, text)
    if trace is Trace.GO:
        return trace if text.startswith(_GO_MORE) or _GO_CALL.match(text) else None
    if trace is Trace.NODE_SOURCE:
        return Trace.NODE if _CARET.match(text) else trace
    if trace is Trace.PANICKED:
        return Trace.RUST
    more = {
        Trace.NODE: text.startswith(_NODE_MORE) or EXCEPTION.match(text) is not None,
        Trace.RUBY: _RUBY_PLACE.match(text) is not None,
        Trace.PHP: text.startswith(_PHP_MORE),
        Trace.RUST: text.startswith(_RUST_MORE),
    }
    return trace if more.get(trace) else None


def _python(trace: Trace, text: bytes) -> Trace | None:
    if trace is Trace.PYTHON:
        return Trace.RAISED if _PYTHON_LAST.match(text) else None
    if trace is Trace.CHAINED:
        return Trace.PYTHON if text.startswith(_PYTHON_HEAD) else None
    return Trace.CHAINED if text.startswith(_PYTHON_CHAIN) else None
