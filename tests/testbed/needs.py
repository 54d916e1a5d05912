"""What a test does when a part of the testbed is missing here: is skipped by name, or fails where all is needed."""

import os
from collections.abc import Iterator
from typing import NoReturn, TypeVar

import pytest

from tests.testbed.parts import MissingPartError
from tests.testbed.process import Part

APart = TypeVar("APart", bound=Part)


def everything_is_needed() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get("QUAYSIDE_TESTS_NEED_ALL") == "1"


def without(missing: MissingPartError) -> NoReturn:
    """Skip, naming the part; where everything is needed, fail."""
    if everything_is_needed():
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


def started(part: APart) -> Iterator[APart]:
    """For fixtures: the part, started, and stopped when the fixture ends, also when the start failed half way."""
    try:
        part.start()
    except MissingPartError as missing:
        without(missing)
    except BaseException:
        part.stop()
        raise
    try:
        yield part
    finally:
        part.stop()
