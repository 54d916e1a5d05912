"""May this actor perform this operation on this target, with these inputs? Asked at the click, and again by jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from hosts.access import Actor, Denied, Grant, Target, grant, grant_each
from hosts.operations.base import Operation


class WrongTarget(Exception):
    """The operation is for another kind of target; the text is for the person."""


def permitted(
    actor: Actor,
    operation: Operation,
    target: Target,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
) -> Grant | Denied:
    """The grant that the operation runs with. Without `data` the inputs are not known yet, and not decided about.

    WrongTarget where the target is of another kind than the operation's; who may not do it at all is denied first.
    """
    return _with_inputs(operation, grant(actor, operation.capability, target), data, files)


def permitted_among(
    actor: Actor, operation: Operation, targets: list[Target], data: Mapping[str, Any] | None = None
) -> tuple[list[Target], list[tuple[Target, Denied]]]:
    """The targets that it may be performed on, and those where it may not, each with the reason."""
    grants = grant_each(actor, operation.capability, targets)
    answers = [(target, _with_inputs(operation, answer, data)) for target, answer in zip(targets, grants, strict=True)]
    denied = [(target, answer) for target, answer in answers if isinstance(answer, Denied)]
    return [target for target, answer in answers if isinstance(answer, Grant)], denied


def _with_inputs(
    operation: Operation,
    answer: Grant | Denied,
    data: Mapping[str, Any] | None,
    files: Mapping[str, Any] | None = None,
) -> Grant | Denied:
    if isinstance(answer, Denied):
        return answer
    target = answer.target
    if target.noun != operation.noun:
        raise WrongTarget(_("This operation is not for that kind of object."))
    locked = locked_fields(answer.actor, operation, target) if data is not None else {}
    if locked:
        form = operation.form(data, files, target=target, initial=operation.initial(target))
        return next((locked[name] for name in form.changed_data if name in locked), answer)
    return answer


def left_out(denied: list[tuple[Target, Denied]], allowed: list[Target]) -> str:
    """A sentence on the targets that are refused while others are not; no names, for they may be of hidden hosts."""
    if not denied:
        return ""
    counts = {"count": len(denied), "total": len(denied) + len(allowed)}
    return _("Not included: %(count)s of %(total)s. %(reason)s") % {**counts, "reason": denied[0][1].reason}


def locked_fields(actor: Actor, operation: Operation, target: Target) -> dict[str, Denied]:
    """The fields of the operation's form that this actor may not change, each with the reason."""
    asked = {capability: grant(actor, capability, target) for capability in set(operation.reserved.values())}
    answers = {name: asked[capability] for name, capability in operation.reserved.items()}
    return {name: answer for name, answer in answers.items() if isinstance(answer, Denied)}
