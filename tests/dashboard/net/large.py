"""The console with one more address, `/-large`: an answer that no buffer between two machines holds."""

from typing import Any

from dashboard.asgi import application as console

BYTES = 64 << 20
_PIECE = b"x" * (64 << 10)


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != "/-large":
        await console(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % BYTES)]})
    for _ in range(BYTES // len(_PIECE)):
        await send({"type": "http.response.body", "body": _PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
