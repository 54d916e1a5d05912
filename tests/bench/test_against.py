"""When a figure counts as worse than another commit's."""

import pytest

from tests.bench.against import Compared, worse_by
from tests.bench.figures import Figure


def compared(*pairs: float) -> Compared:
    return Compared("rate", "s", [(pair, 1.0) for pair in pairs], list(pairs))


@pytest.mark.parametrize(
    ("pairs", "verdict", "is_worse"),
    [
        ((1.0, 1.05, 0.9, 1.09, 1.0), "no worse", False),
        ((1.2, 1.3, 1.15, 1.11, 2.0), "worse", True),
        ((1.0, 1.3, 1.0, 1.0, 1.0), "unclear", False),
        ((1.0, 1.3, 1.2, 1.2, 1.0), "unclear", True),
        ((1.0, 1.3, 1.0, 1.0, 1.0, 0.9, 1.0, 1.1), "no worse", False),
        ((1.2, 1.2, 1.2, 1.2), "unclear", True),
    ],
)
def test_a_verdict_needs_pairs_that_agree(pairs: tuple[float, ...], verdict: str, is_worse: bool) -> None:
    found = compared(*pairs)
    assert (found.verdict, found.is_worse) == (verdict, is_worse)


def test_worse_is_more_where_less_is_wanted_and_less_where_more_is() -> None:
    assert worse_by(Figure("t", 2.0, "s", 9), Figure("t", 1.0, "s", 9)) == 2.0
    assert worse_by(Figure("r", 50, "lines/s", 9, at_most=False), Figure("r", 100, "lines/s", 9, at_most=False)) == 2.0


def test_nothing_before_and_something_now_is_worse_unless_it_is_below_the_grain() -> None:
    assert worse_by(Figure("n", 1, "requests", 0), Figure("n", 0, "requests", 0)) == float("inf")
    assert worse_by(Figure("n", 0, "requests", 0), Figure("n", 0, "requests", 0)) == 1.0
    assert worse_by(Figure("c", 0.012, "", 0.02, grain=0.005), Figure("c", 0.009, "", 0.02, grain=0.005)) == 1.0
