"""Which containers' lines are to be kept, and how long? A container that several rules name gets the most of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hosts.models import Container, KeepKind, KeepRule, KeptLog

_FINAL = ("exited", "dead", "created")
_COLUMNS = ("host", "engine_id", "name", "project", "service", "labels", "state", "started_at", "finished_at")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A container whose lines are to be kept. `life` tells its lives apart: it is another after each start and end."""

    host_id: int
    engine_id: str
    name: str
    project: str
    service: str
    labels: dict[str, str]
    days: int
    bytes_each: int
    life: str
    has_ended: bool

    @property
    def key(self) -> tuple[int, str]:
        return self.host_id, self.engine_id


def wanted() -> list[Wanted]:
    """The containers that are there, on hosts that are enabled, and named by a rule."""
    found: dict[tuple[int, str], Wanted] = {}
    for rule in KeepRule.objects.all():
        for one in _named_by(rule):
            known = found.get(one.key)
            if known:
                most = max(known.days, one.days), max(known.bytes_each, one.bytes_each)
                one = replace(one, days=most[0], bytes_each=most[1])  # noqa: PLW2901
            found[one.key] = one
    return list(found.values())


def names(rule: KeepRule, labels: dict[str, str]) -> bool:
    """Whether a label rule names a container with these labels."""
    key, equals, value = rule.value.partition("=")
    return key in labels and (not equals or labels[key] == value)


def kept_log(one: Wanted) -> KeptLog:
    """The row of what is kept of this container, made or brought up to date."""
    told = {name: getattr(one, name) for name in ("name", "project", "service", "labels", "days", "bytes_each")}
    key = {"host_id": one.host_id, "engine_id": one.engine_id, "dropping": False}
    kept, made = KeptLog.objects.get_or_create(**key, defaults=told)
    if not made and any(getattr(kept, name) != value for name, value in told.items()):
        for name, value in told.items():
            setattr(kept, name, value)
        kept.save(update_fields=list(told))
    return kept


def logs_of(rule: KeepRule) -> list[KeptLog]:
    """What has been kept by this rule, and by no other."""
    others = list(KeepRule.objects.exclude(pk=rule.pk))
    logs = KeptLog.objects.filter(dropping=False)
    return [kept for kept in logs if _names_log(rule, kept) and not any(_names_log(other, kept) for other in others)]


def _named_by(rule: KeepRule) -> Iterable[Wanted]:
    rows = Container.objects.filter(gone_at=None, host__enabled=True)
    if rule.kind == KeepKind.HOST:
        rows = rows.filter(host=rule.host)
    elif rule.kind == KeepKind.PROJECT:
        rows = rows.filter(project=rule.value)
    else:
        rows = rows.filter(labels__has_key=rule.value.partition("=")[0])
    for host_id, engine_id, name, project, service, labels, state, started, finished in rows.values_list(*_COLUMNS):
        if rule.kind != KeepKind.LABEL or names(rule, labels):
            yield Wanted(
                host_id,
                engine_id,
                name,
                project,
                service,
                labels,
                rule.days,
                rule.bytes_each,
                life=f"{state} {started} {finished}",
                has_ended=state in _FINAL,
            )


def _names_log(rule: KeepRule, kept: KeptLog) -> bool:
    if rule.kind == KeepKind.HOST:
        return kept.host_id == rule.host_id
    return kept.project == rule.value if rule.kind == KeepKind.PROJECT else names(rule, kept.labels)
