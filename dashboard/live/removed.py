"""What did containers say that are gone? Their kept lines, for a merged view that has them among its logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hosts.access import Actor, Target
from hosts.engine.cursor import Cursor
from hosts.engine.frames import Batch
from hosts.engine.logs import LogQuery
from hosts.history import Line, read, sources
from hosts.streams.whole import after, at


def kept_lines(
    actor: Actor, wanted: Sequence[tuple[int, Target]], queries: Mapping[int, LogQuery], most: int
) -> dict[int, Batch]:
    """By number, the newest lines of all together; of a log that was shown already, what is behind its place."""
    kept = {(each.host_id, each.container): each for each in sources(actor, containers=[t.id for _n, t in wanted])}
    numbers = {kept[key].pk: number for number, t in wanted if t.host and (key := (t.host.pk, t.id)) in kept}
    found = {number: Batch() for number, _target in wanted}
    fresh = [each for each in kept.values() if each.pk in numbers and not queries[numbers[each.pk]].after]
    if fresh:
        query = queries[numbers[fresh[0].pk]]
        tail = most if query.tail is None else query.tail
        newest_first = read(fresh, at(query.since), after(at(query.until)), tail, backwards=True)
        for line in reversed(list(newest_first)):
            if isinstance(line, Line):
                _add(found[numbers[line.source.pk]], line)
    for each in kept.values():
        place = queries[numbers[each.pk]].after if each.pk in numbers else None
        if place:
            batch = Batch()
            for line in read([each], place.at, limit=most):
                if isinstance(line, Line):
                    _add(batch, line)
            found[numbers[each.pk]] = Cursor(place).unseen(batch)
    return found


def _add(batch: Batch, line: Line) -> None:
    batch.kinds.append(line.kind)
    batch.lines.append(line.stamped)
