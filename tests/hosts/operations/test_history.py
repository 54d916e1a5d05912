"""Rules are made and forgotten; what they have kept stays, or goes with them."""

from collections.abc import Callable

import pytest

from hosts.access import Target
from hosts.models import AuditEvent, Container, Host, KeepRule, KeptLog
from tests import rows
from tests.hosts.operations.conftest import Do

CONSOLE = Target("console")
Keep = Callable[..., KeepRule]
pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(do: Do) -> Keep:
    def make(kind: str, value: str = "", host: str = "") -> KeepRule:
        result = do("history.keep", CONSOLE, kind=kind, value=value, host=host, days=7, megabytes=20)
        assert result.ok, result
        return KeepRule.objects.latest("pk")

    return make


def target(rule: KeepRule) -> Target:
    return Target("history", id=str(rule.pk), name=str(rule))


def test_a_rule_of_each_kind(keep: Keep) -> None:
    host = rows.host("edge")
    rule = keep("host", host="edge", value="left over")
    assert (rule.host, rule.value, rule.days, rule.bytes_each) == (host, "", 7, 20_000_000)
    assert AuditEvent.objects.latest("pk").object_name == "edge"
    assert str(keep("project", "shop")) == "shop"
    assert str(keep("label", "com.example.keep=yes")) == "com.example.keep=yes"


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "host"},
        {"kind": "host", "host": "nowhere"},
        {"kind": "project"},
        {"kind": "label", "value": "=x"},
        {"kind": "else", "value": "x"},
        {"kind": "project", "value": "shop", "days": "0"},
        {"kind": "project", "value": "shop", "megabytes": "1"},
        {"kind": "project", "value": "there is one"},
    ],
)
def test_what_is_no_rule(do: Do, keep: Keep, data: dict[str, str]) -> None:
    keep("project", "there is one")
    result = do("history.keep", CONSOLE, **{"days": "7", "megabytes": "20", "host": "", "value": "", **data})
    assert result.outcome is None
    assert result.form is not None
    assert result.form.errors
    assert KeepRule.objects.count() == 1


def kept(host: Host, name: str, **columns: object) -> KeptLog:
    return KeptLog.objects.create(host=host, engine_id=rows.engine_id(name), name=name, days=7, bytes_each=1, **columns)


def test_forgetting_with_and_without_the_lines(do: Do, keep: Keep) -> None:
    host = rows.host("edge")
    mine, shared, other = (
        kept(host, "mine", project="shop"),
        kept(host, "shared", project="shop", labels={"keep": "yes"}),
        kept(host, "other", labels={"keep": "yes"}),
    )
    label, shop = keep("label", "keep=yes"), keep("project", "shop")
    assert do("history.forget", target(shop), lines="on").ok
    assert set(KeptLog.objects.filter(dropping=True)) == {mine}
    assert do("history.forget", target(label)).ok
    assert set(KeptLog.objects.filter(dropping=False)) == {shared, other}
    again = do("history.forget", target(label))
    assert not again.ok
    assert "already" in again.message
    assert not Container.objects.exists()
