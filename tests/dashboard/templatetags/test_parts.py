"""The parts of pages keep the query string, tie fields to their errors, and use only icons and styles that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from dashboard.env import BASE_DIR
from dashboard.navigation import PLACES
from hosts.operations.base import every

DRAWN = set(re.findall(r"(?m)^\.icon-([a-z0-9-]+)\{mask-image", (BASE_DIR / "static/vendor/icons.css").read_text()))
TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))


def draw(template: str, address: str = "/containers/", **context: Any) -> str:
    request = RequestFactory().get(address)
    return Template("{% load quayside %}" + template).render(Context({"request": request, **context}))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE_DIR / "templates")))
def test_every_icon_a_template_names_is_drawn(path: Path) -> None:
    named = set(re.findall(r'{% (?:icon|empty_state) "([^"]+)"', path.read_text()))
    assert named <= DRAWN


def test_every_icon_of_an_operation_and_a_place_is_drawn() -> None:
    assert {operation.icon for operation in every()} | {place[2] for place in PLACES} <= DRAWN


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE_DIR / "templates")))
def test_no_template_needs_more_than_the_content_security_policy_allows(path: Path) -> None:
    text = path.read_text()
    assert not re.search(
        r"<[^>]+\sstyle=|<style|\son[a-z]+=[\"']|javascript:|\|safe\b|autoescape off|hx-on|hx-vals=.js:", text
    )
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


@pytest.mark.parametrize(
    ("address", "link", "order"),
    [
        ("/containers/?q=web&page=3", "?q=web&amp;sort=name", ""),
        ("/containers/?sort=name", "?sort=-name", "ascending"),
        ("/containers/?sort=-name", "?sort=name", "descending"),
    ],
)
def test_sort_header(address: str, link: str, order: str) -> None:
    drawn = draw('{% sort_header "name" "Name" %}', address)
    assert f'href="{link}"' in drawn
    assert (f'aria-sort="{order}"' in drawn) is bool(order)


def test_sort_header_may_begin_downwards_and_trusts_the_page_about_the_order() -> None:
    assert 'href="?sort=-size"' in draw('{% sort_header "size" "Size" first="-" %}')
    assert 'aria-sort="descending"' in draw('{% sort_header "size" "Size" %}', sort="-size")


def test_pagination_keeps_the_query() -> None:
    drawn = draw("{% pagination page %}", "/images/?q=a%26b&page=2", page=Paginator(range(500), 50).page(2))
    assert "51–100 of 500" in drawn  # noqa: RUF001 - as people write ranges
    assert 'href="?q=a%26b&amp;page=3"' in drawn
    assert 'aria-current="page">2</a>' in drawn


def test_keep_query_carries_what_the_form_does_not_set() -> None:
    drawn = draw('{% keep_query "q" %}', '/images/?q=x&sort=-size&page=4&state="><b>')
    assert 'name="sort" value="-size"' in drawn
    assert 'name="q"' not in drawn
    assert 'name="page"' not in drawn
    assert "<b>" not in drawn


def test_filter_chip_toggles() -> None:
    chip = '{% filter_chip "state" "running" "Running" 3 %}'
    assert 'href="?q=a&amp;state=running"' in draw(chip, "/containers/?q=a&page=2")
    on = draw(chip, "/containers/?state=running")
    assert 'href="?"' in on
    assert "is-on" in on


class Ship(forms.Form):
    name = forms.CharField(help_text="Lower case.")
    cargo = forms.ChoiceField(choices=[("tea", "Tea")], widget=forms.RadioSelect)
    armed = forms.BooleanField(required=False)
    token = forms.CharField(widget=forms.HiddenInput)


def test_a_field_keeps_its_input_and_is_tied_to_help_and_errors() -> None:
    class Strict(Ship):
        def clean_name(self) -> str:
            raise forms.ValidationError("<b>Taken.</b>")

    drawn = draw("{% form form %}", form=Strict({"name": "<Cutty Sark>", "cargo": "tea", "token": "t"}))
    assert 'value="&lt;Cutty Sark&gt;"' in drawn
    assert 'aria-describedby="id_name-help id_name-error"' in drawn
    assert 'id="id_name-error"' in drawn
    assert "&lt;b&gt;Taken.&lt;/b&gt;" in drawn
    assert "form-control is-invalid" in drawn
    assert drawn.count('aria-invalid="true"') == 1


def test_each_kind_of_control_is_labelled() -> None:
    drawn = draw("{% form form %}", form=Ship())
    assert '<label class="form-label is-required" id="id_name-label" for="id_name">' in drawn
    assert 'role="group" aria-labelledby="id_cargo-label"' in drawn
    assert 'class="form-check-input" id="id_armed"' in drawn
    assert drawn.count('name="token"') == 1


def test_progress_without_a_value_only_says_busy() -> None:
    assert 'value="3" max="4"' in draw("{% progress 3 4 %}")
    assert "value=" not in draw("{% progress None %}")
    assert "value=" not in draw("{% progress 3 0 %}")


def test_the_host_switcher_stays_on_a_list_and_leaves_other_pages() -> None:
    hosts = [{"name": "edge-1", "state": "down"}]
    assert 'action="/containers/"' in draw("{% host_switcher %}", "/hosts/edge-1/", nav_hosts=hosts)
    assert "edge-1 (down)" in draw("{% host_switcher %}", "/", nav_hosts=hosts)
