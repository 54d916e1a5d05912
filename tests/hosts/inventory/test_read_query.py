"""What a query string asks for is understood, or refused in a sentence."""

import pytest
from django.http import QueryDict

from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.images import IMAGES
from hosts.inventory.read.query import Query, QueryError, parse
from hosts.inventory.read.spec import Spec


def understood(query: str, spec: Spec = CONTAINERS) -> Query:
    return parse(QueryDict(query), spec)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sort=colour", "no column “colour”"),
        ("sort=--name", "no column"),
        ("sort=name,pk", "no column"),
        ("page=0", "number from 1"),
        ("page=-1", "number from 1"),
        ("page=two", "number from 1"),
        ("page=1e9", "number from 1"),
        ("page=%D9%A1", "number from 1"),
        ("page=99999999999999999999", "number from 1"),
        ("size=1000", "25, 50, 100 or 200"),
        ("state=happy", "“state” cannot be “happy”"),
        ("health=fine", "“health” cannot be “fine”"),
        ("gone=perhaps", "“gone” cannot be"),
        ("group=colour", "“group” cannot be"),
        ("cols=name,colour", "no column “colour”"),
        ("q=" + "x" * 201, "longer than 200"),
        ("q=a%00b", "cannot be printed"),
        ("host=" + "h" * 300, "longer than 200"),
        ("&".join(f"label=l{number}" for number in range(60)), "more than 50 times"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_words(query: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        understood(query)


def test_nothing_asked_is_the_usual_list() -> None:
    query = understood("")
    assert (query.sort, query.page, query.size, query.narrowed) == ("name", 1, 50, False)
    assert query.columns == ("name", "state", "image", "host", "project", "ports", "since")


def test_columns_keep_the_lists_order_and_the_name() -> None:
    assert understood("cols=id&cols=image").columns == ("name", "image", "id")
    assert understood("cols=id,image").columns == ("name", "image", "id")


def test_unknown_parameters_are_let_pass() -> None:
    assert understood("utm_source=mail&fragment=1").narrowed is False


def test_a_list_has_its_own_filters() -> None:
    assert understood("used=yes", IMAGES).chosen == {"used": ("yes",)}
    assert understood("used=yes").chosen == {}
    with pytest.raises(QueryError, match="one of: yes, no"):
        understood("used=maybe", IMAGES)
