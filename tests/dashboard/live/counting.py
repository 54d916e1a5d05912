"""The console with one more address, `/-running`: what runs in the process, to see that nothing is left behind."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from dashboard.asgi import application as console
from hosts.streams.hub import hub


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != "/-running":
        await console(scope, receive, send)
        return
    names = [task.get_name() for task in asyncio.all_tasks()]
    files = len(list(Path(f"/proc/{os.getpid()}/fd").iterdir()))
    found = {"tasks": len(names), "names": names, "upstreams": hub.upstreams, "files": files}
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(found).encode()})
