"""The web application of a made-up engine: answers as an engine does, or as badly as its mode says."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.events import Events
from tests.fakes.inspected import inspected_container, inspected_image
from tests.fakes.landscape import EPOCH, Landscape, StubContainer, digest
from tests.fakes.modes import GARBAGE, HUGE, Mode, mangler, versions
from tests.fakes.system import df, engine_info, engine_version

# What an action makes of a container, and the events it sends, as engines send them.
ACTIONS = {
    "start": ("running", ["start"]),
    "stop": ("exited", ["kill", "die", "stop"]),
    "kill": ("exited", ["kill", "die"]),
    "die": ("exited", ["die"]),
    "restart": ("running", ["kill", "die", "stop", "start", "restart"]),
    "pause": ("paused", ["pause"]),
    "unpause": ("running", ["unpause"]),
}
VERSIONED = re.compile(r"^/v(\d+)\.(\d+)(/.*)$")


class StubApp:
    """One made-up engine's state and its routes."""

    def __init__(self, seed: str, containers: int, mode: Mode, delay: float) -> None:
        self.seed = seed
        self.count = containers
        self.delay = delay
        self.events = Events()
        self.requests: Counter[str] = Counter()
        self.set_mode(mode)

    def set_mode(self, mode: Mode) -> None:
        """Also makes the landscape anew, since its texts depend on the mode."""
        self.mode = mode
        self.landscape = Landscape(self.seed, self.count, mangler(mode))
        letters = digest(self.seed, "other" if mode is Mode.OTHER_ID else "engine").upper()
        self.engine_id = ":".join(letters[at : at + 4] for at in range(0, 48, 4))
        if mode is Mode.HUGE and self.count:
            first = next(iter(self.landscape.containers.values()))
            first.labels["org.example.huge"] = HUGE
            first.env.append(f"HUGE={HUGE}")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request to the engine, spoiled as the mode wants."""
        path = request.path
        asked = VERSIONED.match(path)
        if asked:
            path = asked[3]
        self.requests[f"{request.method} {path}"] += 1
        match self.mode:
            case Mode.HANG:
                await asyncio.Event().wait()
            case Mode.SLOW:
                await asyncio.sleep(self.delay)
            case Mode.GARBAGE:
                return web.Response(body=GARBAGE, content_type="application/json")
            case Mode.EMPTY:
                return web.Response(content_type="application/json")
            case Mode.ERROR:
                return refusal(500, "failed to do the thing: input/output error")
        if asked and (wrong := self.version_refusal(int(asked[1]), int(asked[2]))):
            return wrong
        if path == "/events":
            return await self.events.stream(request)
        response = self.route(request.method, path, request)
        return await self.spoil(request, response)

    async def spoil(self, request: web.Request, response: web.Response) -> web.StreamResponse:
        body = response.body if isinstance(response.body, bytes) else b""
        if self.mode is Mode.HALF:
            return web.Response(body=body[: len(body) // 2], content_type=response.content_type)
        if self.mode is Mode.WRONG and response.content_type == "application/json":
            shape: object = {"surprise": [1]} if body.startswith(b"[") else ["surprise", None, 7]
            return web.json_response(shape)
        if self.mode is Mode.CUT and request.transport is not None:
            cut = web.StreamResponse(headers={"Content-Length": str(len(body))})
            await cut.prepare(request)
            await cut.write(body[: len(body) // 2])
            request.transport.abort()
            return cut
        return response

    def version_refusal(self, major: int, minor: int) -> web.Response | None:
        newest, oldest = versions(self.mode)
        if (major, minor) > as_pair(newest):
            text = f"client version {major}.{minor} is too new. Maximum supported API version is {newest}"
            return refusal(400, text)
        if (major, minor) < as_pair(oldest):
            text = f"client version {major}.{minor} is too old. Minimum supported API version is {oldest}, "
            return refusal(400, text + "please upgrade your client to a newer version")
        return None

    def route(self, method: str, path: str, request: web.Request) -> web.Response:
        if path == "/_ping":
            headers = {"Api-Version": versions(self.mode)[0], "Ostype": "linux", "Docker-Experimental": "false"}
            return web.Response(text="OK", headers=headers | {"Server": "Docker/27.5.1 (linux)", "Swarm": "inactive"})
        if path == "/containers/json":
            only_running = request.query.get("all", "0").lower() not in {"1", "true"}
            return web.Response(body=self.landscape.listed_containers(only_running), content_type="application/json")
        match [part for part in path.split("/") if part]:
            case ["containers", wanted, *rest]:
                return self.container(method, wanted, "/".join(rest), request)
            case ["images", *name, "json"] if name:
                return self.image("/".join(name))
        lists: dict[str, Callable[[], object]] = {
            "/version": lambda: engine_version(*versions(self.mode)),
            "/info": lambda: engine_info(self.landscape, self.engine_id, huge=self.mode is Mode.HUGE),
            "/images/json": self.images,
            "/networks": self.landscape.networks,
            "/volumes": lambda: {"Volumes": self.landscape.volumes(), "Warnings": None},
            "/system/df": lambda: df(self.landscape),
        }
        if method != "GET" or path not in lists:
            return refusal(404, "page not found")
        return web.json_response(lists[path]())

    def images(self) -> list[dict[str, Any]]:
        images = self.landscape.images()
        for image in images:
            if self.mode is Mode.NEW:
                # Engine 28 and later no longer send it.
                del image["VirtualSize"]
        if self.mode is Mode.HUGE:
            images[0]["Labels"]["org.example.huge"] = HUGE
        return images

    def image(self, name: str) -> web.Response:
        for image in self.images():
            if name in {image["Id"], image["Id"].removeprefix("sha256:"), *(image["RepoTags"] or [])}:
                return web.json_response(inspected_image(image, EPOCH.isoformat().replace("+00:00", "Z")))
        return refusal(404, f"No such image: {name}")

    def container(self, method: str, wanted: str, action: str, request: web.Request) -> web.Response:
        container = self.landscape.find(wanted)
        if container is None:
            return refusal(404, f"No such container: {wanted}")
        if (method, action) == ("GET", "json"):
            return web.json_response(inspected_container(self.landscape, container))
        if (method, action) == ("DELETE", ""):
            self.change(container, "destroy")
        elif (method, action) == ("POST", "rename"):
            self.change(container, "rename", request.query.get("name", ""))
        elif method == "POST" and action in ACTIONS:
            self.change(container, action)
        else:
            return refusal(404, "page not found")
        return web.Response(status=204)

    def change(self, container: StubContainer, action: str, name: str = "", *, silent: bool = False) -> None:
        """Do it to the container, and send what an engine would send; `silent` leaves that out, as a lost event."""
        sent = [action]
        if action == "destroy":
            self.landscape.remove_container(container)
        elif action == "rename":
            self.landscape.rename(container, name)
        else:
            state, sent = ACTIONS[action]
            self.landscape.set_state(container, state)
        for one in sent if not silent else []:
            self.events.send_container(one, container)


def refusal(status: int, message: str) -> web.Response:
    return web.Response(status=status, text=json.dumps({"message": message}), content_type="application/json")


def as_pair(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
