"""Where most benchmarks run: an engine with the base image, known as `bench` to a web process of its own."""

import contextlib
from collections.abc import Iterator

from tests.testbed.engine import Engine
from tests.testbed.images import load_base_image
from tests.testbed.web import Web
from tests.testbed.workspace import make_workspace, remove_workspace


@contextlib.contextmanager
def engine_and_web() -> Iterator[tuple[Engine, Web]]:
    workspace = make_workspace()
    try:
        with Engine(workspace) as engine, Web(workspace) as web:
            load_base_image(engine)
            web.add_host("bench", engine.url)
            yield engine, web
    finally:
        remove_workspace(workspace)
