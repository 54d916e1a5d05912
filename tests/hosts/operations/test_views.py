"""Saved views are their owner's, shared ones are everybody's to open, and a list is remembered as it was arranged."""

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.targets import CONSOLE, resolve
from hosts.access import Permissions
from hosts.models import AuditEvent, HostGroup, SavedView, User, ViewPage
from hosts.operations.base import find
from hosts.operations.perform import Result, perform
from tests import cast, rows

pytestmark = pytest.mark.django_db


def do(user: User, name: str, view: SavedView | None = None, /, **fields: str) -> Result:
    operation = find(name)
    assert operation is not None
    target = resolve(f"view::{view.pk}", Permissions(cast.actor(user))) if view else CONSOLE
    return perform(cast.actor(user), operation, target, fields)


def saved(user: User, name: str = "Broken", query: str = "state=dead&page=3&q=") -> SavedView:
    result = do(user, "view.save", name=name, page="containers", query=query)
    assert result.ok, result.message
    return SavedView.objects.get(owner=user, name=name)


def test_a_viewer_of_one_group_keeps_views_and_the_trail_says_so() -> None:
    vera = cast.vera(HostGroup.objects.create(name="south"))
    view = saved(vera)
    assert view.query == "state=dead"
    event = AuditEvent.objects.get(action="view.save")
    assert (event.object_name, event.ending.outcome) == ("Broken", "succeeded")
    assert not do(vera, "view.share", view).ok
    assert do(vera, "view.rename", view, name="Dead").message == "Renamed Broken to Dead."
    assert do(vera, "view.change", view, query="?state=exited&sort=-since").ok
    view.refresh_from_db()
    assert (view.name, view.query) == ("Dead", "sort=-since&state=exited")
    assert do(vera, "view.remove", view).ok
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["view.rename", "view.change", "view.remove", "view.share", "view.unshare"])
def test_nobody_touches_what_is_somebody_elses(name: str) -> None:
    view = saved(cast.vera())
    SavedView.objects.update(shared=True)
    result = do(cast.ada(), name, view, name="Mine", query="q=x")
    assert result.outcome == "refused"
    assert "somebody else" in result.message
    view.refresh_from_db()
    assert (view.name, view.query, view.shared) == ("Broken", "state=dead", True)


def test_a_shared_view_is_for_everybody_until_it_is_withdrawn(client: Client) -> None:
    otto, vera = cast.otto(), cast.vera()
    view = saved(otto, "Broken <b>")
    client.force_login(vera)
    assert "Broken" not in client.get("/views/").text
    assert do(otto, "view.share", view).ok
    page = client.get("/views/").text
    assert "Broken &lt;b&gt;" in page
    assert "otto" in page
    assert "/containers/?state=dead" in page
    assert "Broken &lt;b&gt;" in client.get("/containers/").text
    assert do(vera, "view.withdraw", view).outcome == "refused"
    assert do(cast.ada(), "view.withdraw", view).ok
    assert "Broken" not in client.get("/views/").text
    assert do(otto, "view.unshare", view).ok


def test_a_view_of_the_trail_is_shown_to_those_who_may_open_it(client: Client) -> None:
    ada = cast.ada()
    assert do(ada, "view.save", name="Refused", page="audit", query="outcome=refused").ok
    assert do(ada, "view.share", SavedView.objects.get()).ok
    client.force_login(cast.vera())
    assert "Refused" not in client.get("/views/").text
    client.force_login(ada)
    assert "/audit/?outcome=refused" in client.get("/views/").text


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("containers", "//evil.test/?q=1"),
        ("containers", "https://evil.test"),
        ("containers", "q=\x01"),
        ("containers", "&" * 300),
        ("containers", "q=" + "x" * 2000),
        ("account_logout", ""),
        ("", ""),
    ],
)
def test_only_pages_of_ours_are_saved(page: str, query: str) -> None:
    result = do(cast.ada(), "view.save", name="Elsewhere", page=page, query=query)
    assert not result.ok
    assert not SavedView.objects.exists()


def test_a_name_is_taken_once_for_a_page() -> None:
    vera = cast.vera()
    saved(vera)
    assert "named Broken" in do(vera, "view.save", name="Broken", page="containers", query="").message
    assert do(vera, "view.save", name="Broken", page="images", query="").ok


def test_columns_order_and_size_are_kept_and_the_address_wins(client: Client) -> None:
    vera = cast.vera()
    client.force_login(vera)
    fields = {"_sure": "1", "list": "container", "cols": ["image", "id"], "size": "100", "sort": "-since"}
    answer = client.post("/do/list.arrange", {**fields, "next": "/containers/?q=web"})
    assert (answer.status_code, answer["Location"]) == (302, "/containers/?q=web")
    vera.refresh_from_db()
    assert vera.lists == {"container": {"cols": ["image", "id"], "size": 100, "sort": "-since"}}
    query = client.get("/containers/").context["query"]
    assert (query.columns, query.size, query.sort) == (("name", "image", "id"), 100, "-since")
    query = client.get("/containers/?cols=ports&size=25&sort=name").context["query"]
    assert (query.columns, query.size, query.sort) == (("name", "ports"), 25, "name")
    assert not client.get("/images/").context["query"].arranged
    client.post("/do/list.reset", {"_sure": "1", "list": "container", "next": "/containers/"})
    assert client.get("/containers/").context["query"].size == 50


def test_grouping_is_kept_and_the_address_wins(client: Client) -> None:
    vera = cast.vera()
    client.force_login(vera)
    rows.container(rows.host(), "web", project="shop")
    fields = {"_sure": "1", "list": "container", "cols": ["image"], "size": "50", "group": "project"}
    assert client.post("/do/list.arrange", {**fields, "next": "/containers/"}).status_code == 302
    page = client.get("/containers/")
    assert page.context["query"].by_project
    assert 'class="chip is-on" href="?group=none"' in page.text, "the chip takes it off"
    flat = client.get("/containers/?group=none")
    assert not flat.context["query"].by_project
    assert 'class="chip" href="/containers/"' in flat.text or 'class="chip" href="?"' in flat.text
    assert not client.get("/images/").context["query"].by_project


@pytest.mark.parametrize(
    "fields",
    [
        {"list": "people"},
        {"cols": ["mountpoint"]},
        {"size": "7"},
        {"sort": "-password"},
        {"list": "host", "cols": ["state"], "group": "project"},
    ],
)
def test_a_list_has_no_other_columns(client: Client, fields: dict[str, object]) -> None:
    vera = cast.vera()
    client.force_login(vera)
    given = {"_sure": "1", "list": "container", "cols": ["image"], "size": "50", **fields}
    assert 400 <= client.post("/do/list.arrange", given).status_code < 500
    vera.refresh_from_db()
    assert vera.lists == {}


def test_what_is_kept_of_a_column_that_is_gone_is_passed_over(client: Client) -> None:
    vera = cast.vera()
    vera.lists = {"container": {"cols": ["image", "mood"], "size": 50, "sort": "-mood"}}
    vera.save()
    client.force_login(vera)
    query = client.get("/containers/").context["query"]
    assert (query.columns, query.sort) == (("name", "image"), "name")


@pytest.mark.parametrize("page", ViewPage)
def test_every_page_that_can_be_saved_is_one_of_ours_and_offers_it(client: Client, page: ViewPage) -> None:
    client.force_login(cast.ada())
    answer = client.get(reverse(page.value))
    assert answer.status_code == 200
    assert f"/do/view.save?page={page.value}" in answer.text
