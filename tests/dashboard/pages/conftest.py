"""Pages as a person asks for them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hosts.models import User

Browse = Callable[..., Any]


@pytest.fixture
def browse() -> Browse:
    """`browse(user, "/containers/")` is the answer to that person; `part="live"` asks for that part, as htmx does."""

    def get(user: User, address: str, part: str = "") -> Any:
        client = Client()
        client.force_login(user)
        headers = {"HX-Request": "true", "HX-Target": part} if part else {}
        return client.get(address, headers=headers)

    return get
