"""Does Redis answer, and what? Asked in its own protocol, for a client library would cost the supervisor 10 MB."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_TIMEOUT = 3


class RedisSilent(Exception):
    """Redis did not answer; the text says how."""


async def ask(url: str, *commands: tuple[str, ...]) -> list[str]:
    """The answer of each command that answers with a status or a number, as text."""
    parts = urlsplit(url)
    login = _login(parts)
    try:
        async with asyncio.timeout(_TIMEOUT):
            reader, writer = await _connect(parts)
            try:
                writer.writelines(_encoded(command) for command in (*login, *commands))
                answers = [await _answer(reader) for _ in (*login, *commands)]
            finally:
                writer.close()
    except TimeoutError as error:
        raise RedisSilent(f"it did not answer within {_TIMEOUT} s") from error
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        raise RedisSilent(os.strerror(number) if number else str(error)) from error
    return answers[len(login) :]


def shown(url: str) -> str:
    """The address without its password."""
    return re.sub(r"//[^@/]*@", "//", url)


async def _connect(parts: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if parts.scheme == "unix":
        return await asyncio.open_unix_connection(unquote(parts.path))
    tls = ssl.create_default_context() if parts.scheme == "rediss" else None
    return await asyncio.open_connection(parts.hostname or "127.0.0.1", parts.port or 6379, ssl=tls)


def _login(parts: SplitResult) -> list[tuple[str, ...]]:
    query = dict(parse_qsl(parts.query))
    password = unquote(parts.password or "") or query.get("password", "")
    user = unquote(parts.username or "")
    number = query.get("db") or ("" if parts.scheme == "unix" else parts.path.strip("/"))
    login: list[tuple[str, ...]] = []
    if password:
        login.append(("AUTH", user, password) if user else ("AUTH", password))
    if number:
        login.append(("SELECT", number))
    return login


def _encoded(command: tuple[str, ...]) -> bytes:
    words = [word.encode() for word in command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


async def _answer(reader: asyncio.StreamReader) -> str:
    line = (await reader.readline()).decode("utf-8", "replace").strip()
    if line[:1] not in {"+", ":"}:
        raise ValueError(line.lstrip("-") or "it closed the connection")
    return line[1:]
