"""{% load rows %}: rows of the inventory's lists, and the marks of containers that other pages show too."""

from django import template
from django.utils.safestring import SafeString

from dashboard.rows import buttons, containers
from dashboard.rows.base import Drawn, Line
from hosts.facts import Layer
from hosts.models import Container
from hosts.operations.base import Operation

register = template.Library()
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
def layer_step(layer: Layer) -> str:
    """{% layer_step layer %}: the line of the Dockerfile, without the shell that the classic builder puts before it."""
    step = layer.created_by.strip()
    if step.startswith(SHELL):
        step = step.removeprefix(SHELL).strip()
        step = step.removeprefix("#(nop)").strip() if step.startswith("#(nop)") else f"RUN {step}"
    return step or layer.comment or "-"
