"""Every column of every list has its cell, and a cell escapes what an engine said."""

import pytest
from django.utils import timezone

from dashboard.pages.lists import CELLS
from dashboard.rows.base import Line
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.hosts import HOSTS
from hosts.inventory.read.images import IMAGES
from hosts.inventory.read.networks import NETWORKS
from hosts.inventory.read.spec import Spec
from hosts.inventory.read.volumes import VOLUMES
from hosts.models import Container, Host

ALL = (CONTAINERS, IMAGES, NETWORKS, VOLUMES, HOSTS)


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec.noun)
def test_each_column_has_one_cell(spec: Spec) -> None:
    assert set(CELLS[spec.noun]) == set(spec.by_name)


@pytest.mark.parametrize(
    ("state", "columns", "words"),
    [
        ("running", {}, "running"),
        ("exited", {"exit_code": 0}, "exited"),
        ("exited", {"exit_code": 137}, "code 137"),
        ("running", {"health": "unhealthy"}, "unhealthy"),
        ("<b>odd</b>", {}, "&lt;b&gt;odd&lt;/b&gt;"),
    ],
)
def test_a_containers_state_is_told_by_word(state: str, columns: dict[str, object], words: str) -> None:
    row = Container(pk=1, host=Host(name="harbour"), name="web", state=state, **columns)
    drawn = CELLS["container"]["state"].draw(Line(row, "", "", [], False, False))
    assert words in drawn
    assert "<b>odd" not in drawn
    assert ("state-bad" in drawn) is (row.exit_code == 137 or row.health == "unhealthy")


@pytest.mark.parametrize(
    ("state", "expected"), [("running", "started_at"), ("exited", "finished_at"), ("created", "created_at")]
)
def test_since_is_when_it_got_into_its_state(state: str, expected: str) -> None:
    now = timezone.now()
    times = {"created_at": now.replace(year=2020), "started_at": now.replace(year=2021)}
    times["finished_at"] = now.replace(year=2022)
    row = Container(pk=1, name="web", state=state, **times)
    drawn = CELLS["container"]["since"].draw(Line(row, "", "", [], False, False))
    assert str(times[expected].year) in drawn
