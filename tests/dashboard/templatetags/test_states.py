"""A state is told by shape and word, never by colour alone, and a word nobody knows is still shown, harmlessly."""

import re

import pytest

from dashboard.env import BASE_DIR
from dashboard.templatetags.states import KINDS, look, state
from hosts.models import HostState, JobState, Outcome

DRAWN = set(re.findall(r"(?m)^\.icon-([a-z0-9-]+)\{mask-image", (BASE_DIR / "static/vendor/icons.css").read_text()))
STYLES = (BASE_DIR / "static/css/parts.css").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_within_a_kind_every_state_has_a_shape_of_its_own(kind: str) -> None:
    shapes = [each.icon for each in KINDS[kind].values()]
    assert len(set(shapes)) == len(shapes)
    assert set(shapes) <= DRAWN
    assert all(each.label for each in KINDS[kind].values())


@pytest.mark.parametrize("tone", sorted({each.tone for words in KINDS.values() for each in words.values()}))
def test_every_tone_is_drawn(tone: str) -> None:
    assert f".state-{tone} " in STYLES or tone == "idle"


def test_every_word_the_models_know_has_a_look() -> None:
    assert set(HostState.values) <= set(KINDS["host"])
    assert set(JobState.values) <= set(KINDS["job"])
    assert set(Outcome.values) <= set(KINDS["audit"])


def test_a_word_means_what_its_kind_says() -> None:
    assert look("running", "job") != look("running", "container")
    assert look("running") == look("running", "container")


def test_a_hostile_word_is_escaped_and_shown() -> None:
    drawn = state("<img src=x>", note="<b>")
    assert "&lt;img src=x&gt;" in drawn
    assert "&lt;b&gt;" in drawn
    assert "<img" not in drawn
    assert "help-circle" in drawn


def test_the_tone_can_be_overridden() -> None:
    assert "state-bad" in state("exited", note="code 1", tone="bad")
    assert "state-idle" in state("exited")
