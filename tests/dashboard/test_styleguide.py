"""The style guide draws every component in every state, so a broken one is seen here first."""

import re

import pytest

from dashboard.env import BASE_DIR
from dashboard.templatetags.states import KINDS
from tests import cast
from tests.dashboard.pages.conftest import Browse, browse  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
TOKENS = set(re.findall(r"(?m)^  --qs-([a-z0-9-]+):", (BASE_DIR / "static/css/tokens.css").read_text()))


def test_it_draws_every_state(browse: Browse) -> None:  # noqa: F811
    page = browse(cast.ada(), "/styleguide/?sort=-name&state=running&page=2").text
    for looks in KINDS.values():
        for look in looks.values():
            assert f' icon-{look.icon}"' in page
    assert 'aria-sort="descending"' in page
    assert "This field is required." in page
    assert "51–100 of 312" in page  # noqa: RUF001 - as people write ranges


def test_it_shows_every_token(browse: Browse) -> None:  # noqa: F811
    page = browse(cast.ada(), "/styleguide/").text
    sheet = (BASE_DIR / "static/css/styleguide.css").read_text()
    assert [name for name in sorted(TOKENS) if f"<code>--qs-{name}</code>" not in page] == []
    assert [name for name in sorted(TOKENS) if f"var(--qs-{name})" not in sheet] == []


def test_it_is_for_administrators(browse: Browse) -> None:  # noqa: F811
    assert browse(cast.otto(), "/styleguide/").status_code == 403
