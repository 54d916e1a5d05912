"""Stored rows follow the rules of masking: at once where they are read, within seconds where they lie."""

import asyncio
from typing import Any

import pytest
from django.utils import timezone

from hosts import facts
from hosts.access import Permissions
from hosts.facts import Noun
from hosts.inventory import write
from hosts.inventory.masking import mask_some
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.lists import listing
from hosts.inventory.read.query import Query
from hosts.inventory.read.search import search
from hosts.inventory.write_facts import ROWS
from hosts.lines.redaction import MASK
from hosts.models import Container, Host, Job, KeptLog, RedactionRule, Volume, masker
from hosts.models.redaction import forget_rules
from hosts.watch import rules as watched
from hosts.watch.database import in_database
from tests import cast, rows

pytestmark = pytest.mark.django_db


def fact(name: str = "web", **more: Any) -> facts.Container:
    told: dict[str, Any] = {"image": "nginx:1", "image_id": "sha256:1", "command": "serve order-77", "created": None}
    told |= {"labels": {"note": "of order-77", "plain": "yes"}, "state": "running"}
    return facts.Container(id=rows.engine_id(name), name=name, **told | more)


@pytest.fixture
def harbour() -> Host:
    return rows.host("harbour")


def rule(pattern: str = "order-([0-9]+)") -> RedactionRule:
    """As another process adds it: this one has not heard."""
    return RedactionRule.objects.create(name=f"r {pattern}", pattern=pattern)


def finish() -> int:
    total = 0
    while some := mask_some():
        total += some
    return total


def stored(model: Any = Container) -> str:
    """As it lies in the database."""
    return str(list(model.objects.values()))


def test_a_rule_reaches_what_is_stored(harbour: Host) -> None:
    write.apply(harbour, Noun.CONTAINER, [fact(), fact("gone", labels={"order-77": "order-77"})])
    write.mark_gone(harbour, Noun.CONTAINER, [rows.engine_id("gone")])
    write.apply(harbour, Noun.VOLUME, facts.Volume("data", "local", "/x", "", None, options={"o": "for order-77"}))
    KeptLog.objects.create(host=harbour, engine_id="x", name="web", labels={"note": "order-77"}, days=1, bytes_each=1)
    said = {"report": [{"id": "a", "message": "order-77"}], "progress": {"status": "order-77"}, "message": "order-77"}
    Job.objects.create(operation="x", title="x", actor={}, noun="host", **said)
    Host.objects.filter(pk=harbour.pk).update(state_reason="order-77", info={"warnings": ["order-77"], "id": "order-7"})
    rule()

    assert "order-77" in stored()
    masker()  # as the next page of an object does
    row = Container.objects.get(name="web")
    assert (row.labels["note"], row.facts["command"]) == (f"of order-{MASK}", f"serve order-{MASK}")
    assert Host.objects.get().state_reason == f"order-{MASK}"
    assert "order-77" in stored(), "reading writes nothing"

    assert finish() == 6
    for model in (Container, Volume, KeptLog, Job, Host):
        assert "order-77" not in stored(model).replace("'order-77':", "").replace("order-77=", "")
    assert Host.objects.get().info["id"] == "order-7", "names and ids are no free text"
    assert finish() == 0
    gone = Container.objects.get(name="gone")
    assert f"order-77=order-{MASK}" in gone.haystack
    assert all(row.masked_by == masker().version + "~" for row in Container.objects.all())


def test_the_text_that_is_searched_is_made_as_when_it_was_written(harbour: Host) -> None:
    ports = (facts.Port(80, "tcp", 8080, "0.0.0.0"),)
    networks = (facts.Attachment("front", "0a" * 32),)
    write.apply(harbour, Noun.CONTAINER, fact(ports=ports, networks=networks))
    write.apply(harbour, Noun.IMAGE, facts.Image("sha256:1", ("nginx:1",), ("nginx@sha256:2",), None, 5, {"a": "b"}))
    write.apply(harbour, Noun.NETWORK, facts.Network("n1", "front", "bridge", "local", None, subnets=("10.0.0.0/8",)))
    write.apply(harbour, Noun.VOLUME, facts.Volume("data", "local", "/mnt/data", "local", None))
    told = ("haystack", "facts", "labels")
    before = {model: model._default_manager.values_list(*told).get() for model in ROWS.values()}
    rule("never-found")
    assert finish() == 5
    for model, row in before.items():
        assert model._default_manager.values_list(*told).get() == row


def test_what_an_older_version_wrote_is_masked_again(harbour: Host) -> None:
    """By built-in rules that did not know yet: it says no version, or an older one."""
    write.apply(harbour, Noun.CONTAINER, fact())
    secret = {"note": "sk_live_abcdefghij0123456789"}
    for version in ("", "1-"):
        Container.objects.update(labels=secret, facts={**stored_facts(), "labels": secret}, masked_by=version)
        assert Container.objects.get().labels == {"note": MASK}
        assert finish() == 1
        assert "sk_live" not in stored()


def stored_facts() -> dict[str, Any]:
    return dict(Container.objects.values_list("facts", flat=True).get())


def test_a_search_asks_nothing_of_rows_of_older_rules(harbour: Host) -> None:
    write.apply(harbour, Noun.CONTAINER, fact())
    everybody = Permissions(cast.actor(cast.ada()))

    def found(word: str) -> int:
        return len(listing(CONTAINERS, Query("name", q=word), everybody).rows)

    def labelled(value: str) -> int:
        return len(listing(CONTAINERS, Query("name", chosen={"label": (value,)}), everybody).rows)

    assert (found("order-77"), labelled("note=of order-77"), found("web")) == (1, 1, 1)
    rule()
    masker()
    assert (found("order-77"), labelled("note=of order-77"), found("web")) == (0, 0, 1)
    assert len(search("web", everybody).rows["container"]) == 1
    finish()
    assert (found("order-77"), found("note=of"), found("web")) == (0, 1, 1)


def test_a_process_that_has_asked_nothing_yet_searches_all(harbour: Host) -> None:
    rule()
    write.apply(harbour, Noun.CONTAINER, fact())
    forget_rules()
    assert len(listing(CONTAINERS, Query("name", q="plain=yes"), Permissions(cast.actor(cast.ada()))).rows) == 1


def test_where_rules_hide_less_the_engine_is_asked_again(harbour: Host) -> None:
    made = rule()
    write.apply(harbour, Noun.CONTAINER, fact())
    assert "order-77" not in stored()
    assert write.to_inspect(harbour, [fact()], after_a_gap=False) == []
    made.delete()
    finish()
    assert "order-77" not in stored(), "what is hidden is gone from here"
    assert write.to_inspect(harbour, [fact()], after_a_gap=False) == [rows.engine_id("web")]
    assert write.apply(harbour, Noun.CONTAINER, fact()) == 1
    assert "order-77" in stored()
    assert write.to_inspect(harbour, [fact()], after_a_gap=False) == []
    assert write.apply(harbour, Noun.CONTAINER, fact()) == 0


def test_what_was_parsed_by_older_rules_is_written_by_those_of_now(harbour: Host) -> None:
    rule()
    write.apply(harbour, Noun.CONTAINER, fact())
    assert "order-77" not in stored()
    assert Container.objects.get().masked_by == masker().version


def test_a_row_that_changed_meanwhile_is_left_alone(harbour: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine says now is not overwritten by what it said before."""
    write.apply(harbour, Noun.CONTAINER, fact())
    rule()

    def meanwhile(*_: Any) -> dict[str, Any]:
        write.apply(harbour, Noun.CONTAINER, fact(state="paused"))
        return {"facts": {}}

    monkeypatch.setattr("hosts.inventory.masking.masked_again", meanwhile)
    mask_some()
    row = Container.objects.get()
    assert (row.state, row.masked_by, bool(row.facts)) == ("paused", masker().version, True)


def test_rules_that_cannot_be_read_hide_all_and_change_nothing(harbour: Host) -> None:
    write.apply(harbour, Noun.CONTAINER, fact())
    rule("(")
    assert masker().shut
    assert Container.objects.get().labels == {"note": MASK, "plain": MASK}
    assert finish() == 0
    assert "order-77" in stored()


@pytest.mark.django_db(transaction=True)
async def test_the_watcher_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    def begin() -> None:
        write.apply(rows.host("harbour"), Noun.CONTAINER, fact())
        Container.objects.update(masked_by="1-", seen_at=timezone.now())
        rule()

    monkeypatch.setattr(watched, "LOOK_SECONDS", 0.01)
    await in_database(begin)
    follower = asyncio.create_task(watched.follow())
    try:
        async with asyncio.timeout(20):
            while "order-77" in await in_database(stored):  # noqa: ASYNC110 - no bell rings
                await asyncio.sleep(0.01)
    finally:
        follower.cancel()
