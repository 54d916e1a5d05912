"""The version of the API: the newest that both sides know, or a refusal in words."""

from typing import Any

import pytest

from hosts.engine.errors import BadAnswer, TooOld
from hosts.engine.versions import negotiate


@pytest.mark.parametrize(
    ("newest", "oldest", "spoken"),
    [
        ("1.41", "1.12", "1.41"),
        ("1.47", "1.24", "1.47"),
        ("1.52", "1.44", "1.52"),
        ("1.60", "1.44", "1.52"),
        ("1.41", None, "1.41"),
    ],
)
def test_negotiated(newest: str, oldest: str | None, spoken: str) -> None:
    assert negotiate({"ApiVersion": newest, "MinAPIVersion": oldest}) == spoken


@pytest.mark.parametrize(("newest", "oldest"), [("1.40", "1.12"), ("1.9", "1.0"), ("1.99", "1.53"), ("2.0", "2.0")])
def test_refused_in_words(newest: str, oldest: str) -> None:
    with pytest.raises(TooOld) as refused:
        negotiate({"ApiVersion": newest, "MinAPIVersion": oldest})
    assert "API" in refused.value.sentence


@pytest.mark.parametrize(
    "answer", [None, [], "1.41", {}, {"ApiVersion": 1.41}, {"ApiVersion": "new"}, {"ApiVersion": "1.41/../.."}]
)
def test_nonsense(answer: Any) -> None:
    with pytest.raises(BadAnswer):
        negotiate(answer)
