"""Docker's words are explained on one page, and beside the words themselves."""

import re

import pytest

from dashboard.env import BASE_DIR
from dashboard.glossary import TERMS
from hosts.models import Host, HostState
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse

TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))
# What a person who is new to Docker meets on our pages.
WANTED = (
    *("container", "image", "layer", "digest", "tag", "volume", "bind", "tmpfs", "network", "driver", "health"),
    *("policy", "exit-code", "port", "project", "swarm"),
)


def test_every_mark_has_its_words() -> None:
    asked = {key for path in TEMPLATES for key in re.findall(r'\{% about "([^"]+)" %\}', path.read_text())}
    assert asked - set(TERMS) == set()
    assert set(WANTED) - set(TERMS) == set()


@pytest.mark.parametrize("key", TERMS)
def test_an_explanation_is_short(key: str) -> None:
    assert 40 < len(str(TERMS[key].text)) <= 330


@pytest.mark.django_db
def test_the_page_has_every_word_at_an_address_of_its_own(browse: Browse) -> None:
    page = browse(cast.vera(), "/words/").text
    assert [key for key in TERMS if f'id="{key}"' not in page] == []
    assert "/styleguide/" not in page
    assert 'href="/styleguide/"' in browse(cast.ada(), "/words/").text


@pytest.mark.django_db
def test_a_word_is_explained_once_on_a_page_however_many_marks_lead_there(browse: Browse) -> None:
    host: Host = rows.host("harbour", state=HostState.DOWN)
    mounts = [{"kind": "volume", "source": name, "destination": f"/{name}"} for name in ("a", "b")]
    row = rows.container(host, facts={"mounts": mounts})
    page = browse(cast.ada(), f"/hosts/harbour/containers/{row.engine_id}/mounts/").text
    assert page.count('popovertarget="about-volume" data-about') == 2
    assert page.count('id="about-volume"') == 1
