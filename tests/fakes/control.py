"""What a test does to a made-up engine while it runs, as requests below /_stub that no mode spoils."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.modes import Mode
from tests.fakes.stub_app import StubApp

Orders = dict[str, Any]


class Control:
    def __init__(self, stub: StubApp) -> None:
        self.stub = stub
        self.storms: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """The engine with its control routes, which come first because the engine's own match anything."""
        app = web.Application(client_max_size=2**26)
        orders: list[Callable[[Orders], Orders]] = [self.mode, self.engine_id, self.change, self.event]
        orders += [self.drop_events, self.forget, self.storm]
        for order in orders:
            app.router.add_post(f"/_stub/{order.__name__}", self.taking(order))
        app.router.add_get("/_stub/seen", self.seen)
        app.router.add_route("*", "/{path:.*}", self.stub.answer)
        return app

    @staticmethod
    def taking(order: Callable[[Orders], Orders]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            return web.json_response(order(await request.json()))

        return handler

    async def seen(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"requests": self.stub.requests, "listeners": len(self.stub.events.listeners)})

    def mode(self, orders: Orders) -> Orders:
        self.stub.delay = orders.get("delay", self.stub.delay)
        self.stub.set_mode(Mode(orders["mode"]))
        return {}

    def engine_id(self, orders: Orders) -> Orders:
        self.stub.engine_id = orders["id"]
        return {}

    def change(self, orders: Orders) -> Orders:
        number, action, silent = orders["container"], orders["action"], orders["silent"]
        if action == "create":
            container = self.stub.landscape.add_container(number, "created")
            if not silent:
                self.stub.events.send_container("create", container)
        else:
            container = list(self.stub.landscape.containers.values())[number]
            self.stub.change(container, action, orders["name"], silent=silent)
        return {"id": container.id}

    def event(self, orders: Orders) -> Orders:
        self.stub.events.send(orders["event"])
        return {}

    def drop_events(self, _orders: Orders) -> Orders:
        return {"dropped": self.stub.events.drop()}

    def forget(self, _orders: Orders) -> Orders:
        self.stub.requests.clear()
        return {}

    def storm(self, orders: Orders) -> Orders:
        task = asyncio.create_task(self.blow(orders["per_second"], orders["seconds"]))
        self.storms.add(task)
        task.add_done_callback(self.storms.discard)
        return {}

    async def blow(self, per_second: float, seconds: float) -> None:
        """Start and end containers at random, so that the given number of events goes out each second."""
        clock = asyncio.get_running_loop().time
        began, sent = clock(), 0
        dice = random.Random(0)
        containers = list(self.stub.landscape.containers.values())
        while (passed := clock() - began) < seconds:
            while sent < passed * per_second:
                container = dice.choice(containers)
                self.stub.change(container, "die" if container.state == "running" else "start")
                sent += 1
            await asyncio.sleep(0.01)
