"""Own rules of redaction: added, tried, switched and removed, and what the logs are then masked with."""

import json

import pytest

from hosts.access import Target
from hosts.lines.redaction import OWN_RULES
from hosts.models import AuditEvent, Outcome, RedactionRule, redactor
from tests.hosts.operations.conftest import Do

CONSOLE = Target("console")
pytestmark = pytest.mark.django_db


def on(rule: RedactionRule) -> Target:
    return Target("redaction", id=str(rule.pk), name=rule.name)


def test_a_rule_from_beginning_to_end(do: Do) -> None:
    text = "customer=42 password=x"
    assert redactor().mask_text(text) == ("customer=42 password=•••", 1)

    added = do("redaction.add", CONSOLE, name="Customers", pattern=r"customer=(\d+)")
    assert (added.ok, added.message) == (True, "Hidden in logs from now on: Customers.")
    assert redactor().mask_text(text) == ("customer=••• password=•••", 2)

    rule = RedactionRule.objects.get(name="Customers")
    assert do("redaction.disable", on(rule)).ok
    assert redactor().mask_text(text)[1] == 1
    assert do("redaction.enable", on(rule)).ok
    assert redactor().mask_text(text)[1] == 2
    assert do("redaction.remove", on(rule)).ok
    assert redactor().mask_text(text)[1] == 1
    for name in ("remove", "enable", "disable"):
        gone = do(f"redaction.{name}", on(rule))
        assert (gone.outcome, gone.message) == (Outcome.FAILED, "This rule has been removed already.")


def test_rules_are_compiled_once() -> None:
    assert redactor() is redactor()


def test_e_mail_addresses_wait_to_be_wanted(do: Do) -> None:
    rule = RedactionRule.objects.get(name="E-mail addresses")
    assert redactor().mask_text("from ada@example.com") == ("from ada@example.com", 0)
    assert do("redaction.enable", on(rule)).ok
    assert redactor().mask_text("from ada@mail.example.com.") == ("from •••.", 1)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("(", "missing )"), (r"(a)\1", "invalid escape"), (r"\pL{200}", "too large"), ("", "required")],
)
def test_a_pattern_that_cannot_be_used(do: Do, pattern: str, words: str) -> None:
    result = do("redaction.add", CONSOLE, name="Bad", pattern=pattern)
    assert not result.ok
    assert result.form
    assert words in str(result.form.errors["pattern"])
    assert not RedactionRule.objects.filter(name="Bad").exists()


def test_two_rules_have_two_names(do: Do) -> None:
    RedactionRule.objects.create(name="Customers", pattern="x")
    result = do("redaction.add", CONSOLE, name="Customers", pattern="y")
    assert result.form
    assert "already" in str(result.form.errors["name"])


def test_there_is_an_end_to_rules(do: Do) -> None:
    RedactionRule.objects.bulk_create(RedactionRule(name=f"r{n}", pattern="x") for n in range(OWN_RULES))
    assert not do("redaction.add", CONSOLE, name="One more", pattern="y").ok


def test_a_rule_is_tried_and_the_line_is_not_kept(do: Do) -> None:
    sample = "é customer=canary-42 customer=7"
    tried = do("redaction.test", CONSOLE, pattern=r"customer=(\S+)", sample=sample)
    assert (tried.ok, tried.message) == (True, "It hides 2 values: characters 12-20, 31-31.")
    nothing = do("redaction.test", CONSOLE, pattern="zebra", sample=sample)
    assert (nothing.ok, nothing.message) == (False, "It hides nothing in this line.")
    assert do("redaction.add", CONSOLE, name="Customers", pattern="x", sample=sample).ok
    trail = json.dumps([[event.inputs, event.ending.message] for event in AuditEvent.objects.all()])
    assert "canary" not in trail
    assert RedactionRule.objects.filter(name="Customers").exists()
