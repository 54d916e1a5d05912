"""Logs to take away: one container's, or those of a query as one file or a zip; everything is in the address."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.files.asked import AskedFile, moment, safe
from dashboard.files.content import Asked, one_file, zipped
from dashboard.files.formats import Format, JsonLines, Origin, Plain
from dashboard.live.watch import signed_in
from dashboard.live.wish import Found, Wish, find_sources, refusal_recorded, whole_targets, wish_of
from dashboard.pages.allowed import visible_host
from dashboard.pages.asking import one_line
from dashboard.pages.errors import BadQuery, Missing, Refused
from dashboard.pages.lists import is_away
from dashboard.pages.logs import look_up
from dashboard.requests import Request
from hosts.access import Capability, Denied, Grant, Target, grant
from hosts.facts import Noun
from hosts.history import source, sources
from hosts.inventory.read.query import QueryError
from hosts.lines.redaction import Redactor
from hosts.models import Host, KeptLog, redactor
from hosts.operations.recording import Inputs, record_reading, record_readings
from hosts.streams.taking import Log

ACTION = "container.logs.download"


@require_safe
def one_log(request: Request, host: str, ref: str) -> StreamingHttpResponse:
    """`?format=&since=&until=&filter=&timestamps=&tail=`; `unmasked=1` for those who may see credentials."""
    target = _target(request, host, ref)
    form, hides = _asked(request), redactor()
    inputs = form.recorded(hides)
    wants_all = form.cleaned_data["unmasked"] and target.host
    reveal = _revealed(request, [target], inputs)[target.host] if wants_all and target.host else None
    answer = record_reading(request.actor, Capability.CONTAINER_LOGS, target, inputs, action=ACTION)
    if isinstance(answer, Denied):
        raise Refused(answer, recorded=True)
    away = answer.host.state_reason if is_away(answer.host) else ""
    log = Log(answer, target.label, source(answer), reveal, away, _still(request))
    return _file(form, hides, [log], safe(answer.host.name, target.label))


@require_safe
def many_logs(request: Request) -> StreamingHttpResponse:
    """The same of what `?on=` names and of what the list of containers finds."""
    try:
        wish = wish_of(request.GET)
        with refusal_recorded(request.actor, wish, ACTION):
            found = find_sources(wish, request.actor)
    except QueryError as error:
        raise BadQuery(str(error)) from error
    form, hides = _asked(request), redactor()
    targets = whole_targets(found.sources)
    more = {**form.recorded(hides), "containers": len(targets)}
    inputs: Inputs = lambda host: {**more, "query": wish.recorded(hides, host)}  # noqa: E731
    reveals = _revealed(request, targets, inputs) if form.cleaned_data["unmasked"] else {}
    record_readings(request.actor, Capability.CONTAINER_LOGS, targets, inputs, found.refused, action=ACTION)
    if not targets:
        raise Missing(found.refused[0][1] if found.refused else _("No container matches."))
    missing = [f"{target.label}: {reason}" for target, reason in found.refused]
    if found.total > len(targets):
        words = {"total": found.total, "most": len(targets)}
        missing.append(_("%(total)s containers match, and only %(most)s of them are in this file.") % words)
    return _file(form, hides, _logs(request, targets, reveals), safe(*_subject(wish, found)), missing)


def _still(request: Request) -> Callable[[], bool]:
    """A file that is under way ends with the session that asked for it."""
    session, person = request.session.session_key or "", request.actor.user_id or 0
    return lambda: signed_in(session, person)


def _target(request: Request, host_name: str, ref: str) -> Target:
    """The container, or one that is long gone and of which lines are kept."""
    try:
        host, row = look_up(request, host_name, ref)
        return Target(Noun.CONTAINER, host, row.engine_id, row.name)
    except Http404:
        found = visible_host(request, host_name, Capability.CONTAINER_LOGS)
        kept = KeptLog.objects.filter(host=found, engine_id=ref, dropping=False).select_related("host").first()
        if kept is None:
            raise
        return Target(Noun.CONTAINER, kept.host, kept.engine_id, kept.name)


def _asked(request: Request) -> AskedFile:
    form = AskedFile(request.GET)
    if not form.is_valid():
        raise BadQuery(one_line(form))
    return form


def _revealed(request: Request, targets: Sequence[Target], inputs: Inputs) -> dict[Host, Grant]:
    """To see credentials in a log is a right of its own, and a record of its own for each host."""
    found: dict[Host, Grant] = {}
    for target in targets:
        if target.host and target.host not in found:
            one = target if len(targets) == 1 else Target.of(target.host)
            answer = record_reading(request.actor, Capability.LOGS_UNMASKED, one, inputs)
            if isinstance(answer, Denied):
                raise Refused(answer, recorded=True)
            found[target.host] = answer
    return found


def _logs(request: Request, targets: Sequence[Target], reveals: dict[Host, Grant]) -> list[Log]:
    kept = {(each.host_id, each.container): each for each in sources(request.actor, containers=[t.id for t in targets])}
    logs, still = [], _still(request)
    for target in targets:
        answer = grant(request.actor, Capability.CONTAINER_LOGS, target)
        if isinstance(answer, Denied):
            raise Refused(answer)
        host = answer.host
        away = host.state_reason if is_away(host) else ""
        logs.append(Log(answer, target.label, kept.get((host.pk, target.id)), reveals.get(host), away, still))
    return logs


def _subject(wish: Wish, found: Found) -> list[str]:
    """What a file of many is called by: a project, a host, or how many they are."""
    if wish.query is not None and not wish.named:
        chosen = [value for name in ("project", "service") for value in wish.query.chosen.get(name, ())]
        if words := [*wish.query.hosts, *chosen]:
            return words[:3]
    if len(found.sources) == 1:
        only = found.sources[0].target
        return [only.host.name if only.host else "", only.label]
    return ["logs", f"{len(found.sources)}-containers"]


def _file(
    form: AskedFile, hides: Redactor, logs: list[Log], name: str, missing: list[str] | None = None
) -> StreamingHttpResponse:
    wanted: dict[str, Any] = form.cleaned_data
    origins = _origins(logs)
    names = [origin.label for origin in origins]
    asked = Asked(logs, names, form.query, wanted["filter"], hides, missing or [])
    content: AsyncGenerator[bytes, None]
    if wanted["format"] == "zip":
        kind, suffix = "application/zip", "zip"
        content = zipped(asked, _file_names(origins), lambda number: Plain(origins[number : number + 1], True))
    else:
        written: Format = JsonLines(origins) if wanted["format"] == "jsonl" else Plain(origins, wanted["timestamps"])
        kind, suffix, content = written.content_type, written.suffix, one_file(asked, written)
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}-{moment()}.{suffix}"'
    response["X-Accel-Buffering"] = "no"
    return response


def _origins(logs: Sequence[Log]) -> list[Origin]:
    """A name is as long as tells them apart: with the host, and the id where one was made anew."""
    names = [log.name for log in logs]
    with_host = [f"{log.answer.host.name}/{log.name}" for log in logs]
    found = []
    for log, name, long_name in zip(logs, names, with_host, strict=True):
        label = name if names.count(name) == 1 else long_name
        if with_host.count(long_name) > 1:
            label = f"{label}/{log.answer.target.id[:12]}"
        found.append(Origin(log.answer.host.name, log.name, log.answer.target.id, label))
    return found


def _file_names(origins: Sequence[Origin]) -> list[str]:
    """`host-container.log`, each once whatever the case."""
    found: dict[str, str] = {}
    for number, origin in enumerate(origins):
        name = safe(origin.host, origin.container)
        if name.lower() in found:
            name = safe(name, origin.id[:12], *([str(number)] if safe(name, origin.id[:12]).lower() in found else []))
        found[name.lower()] = f"{name}.log"
    return list(found.values())
