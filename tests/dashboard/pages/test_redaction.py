"""The page of redaction: what it lists, what it offers, and to whom."""

import pytest
from django.test import Client

from hosts.lines.credentials import BUILT_IN
from hosts.models import RedactionRule
from tests import cast

pytestmark = pytest.mark.django_db


def test_it_lists_own_rules_and_built_in_ones(client: Client) -> None:
    client.force_login(cast.ada())
    rule = RedactionRule.objects.create(name="<b>Customers</b>", pattern='customer="(<i>)"')
    page = client.get("/redaction/").text
    assert "&lt;b&gt;Customers" in page
    assert "&lt;i&gt;" in page
    assert "E-mail addresses" in page
    assert all(rule.name in page for rule in BUILT_IN)
    assert "/do/redaction.add" in page
    assert f"redaction%3A%3A{rule.pk}" in page or f"redaction::{rule.pk}" in page


def test_only_administrators_open_it(client: Client) -> None:
    for person, status in ((cast.ada(), 200), (cast.otto(), 403), (cast.vera(), 403), (cast.stan(), 403)):
        client.force_login(person)
        assert client.get("/redaction/").status_code == status
        assert ("/redaction/" in client.get("/").text) is (status == 200)


def test_a_rule_is_added_and_tried_in_the_dialog(client: Client) -> None:
    client.force_login(cast.ada())
    rule = {"name": "Customers", "pattern": r"customer=(\d+)", "sample": "customer=42"}
    tried = client.post("/do/redaction.add", {**rule, "_try": "1"}, headers={"HX-Request": "true"})
    assert "It hides 1 value: characters 10-11." in tried.text
    assert 'value="Customers"' in tried.text
    assert not RedactionRule.objects.filter(name="Customers").exists()
    added = client.post("/do/redaction.add", {**rule, "_sure": "1"})
    assert added["Location"] == "/redaction/"
    page = client.get("/redaction/").text
    assert "Hidden in logs from now on: Customers." in page
