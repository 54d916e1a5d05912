"""{% load rows %}: rows of the inventory's lists, and the marks of containers that other pages show too."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.rows import buttons, containers
from dashboard.rows.base import Drawn, Line
from hosts.facts import Layer
from hosts.inventory.read import exits
from hosts.models import Container
from hosts.operations.base import Operation

register = template.Library()
CHECKSUM = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
LONG_STEP = 160
SHELL = "/bin/sh -c"


@register.simple_tag
def row(drawn: Drawn, line: Line) -> SafeString:
    """{% row drawn line %}: one row of a list."""
    return drawn.row(line)


@register.simple_tag
def menu_operation(operation: Operation, ref: str) -> SafeString:
    """{% menu_operation operation ref %}: one entry of a row's menu."""
    return buttons.menu_entry(operation, ref)


@register.simple_tag
def container_state(container: Container) -> SafeString:
    """{% container_state row %}: its state, the code it ended with when that says failure, and its health."""
    return containers.container_state(container)


@register.simple_tag
def container_since(container: Container) -> SafeString:
    """{% container_since row %}: when it got into its state."""
    return containers.container_since(container)


@register.simple_tag
def exit_meaning(container: Container) -> SafeString:
    """{% exit_meaning row %}: what the code that it ended with means, in a word or two: "SIGKILL"."""
    words = exits.short(container.exit_code) if container.state in ("exited", "dead", "restarting") else ""
    return format_html('<span class="text-secondary">{}</span>', words) if words else SafeString()


@register.simple_tag
def layer_step(layer: Layer) -> SafeString:
    """{% layer_step layer %}: the line of the Dockerfile, without the shell that the classic builder puts before it.

    A long one folds: its beginning is shown, the whole on a click.
    """
    step = layer.created_by.strip()
    if step.startswith(SHELL):
        step = step.removeprefix(SHELL).strip()
        step = step.removeprefix("#(nop)").strip() if step.startswith("#(nop)") else f"RUN {step}"
    step = CHECKSUM.sub(r"\1", step.removesuffix("# buildkit").strip()) or layer.comment or "-"
    first, space, rest = step.partition(" ")
    said = format_html("<b>{}</b>{}{}", first, space, rest) if first.isupper() else format_html("{}", step)
    if len(step) <= LONG_STEP:
        return format_html('<code class="layer-step">{}</code>', said)
    return format_html(
        '<details class="layer-step"><summary><code>{}…</code></summary><code>{}</code></details>',
        step[:LONG_STEP],
        said,
    )
