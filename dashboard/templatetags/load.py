"""How busy a host or a container is: a figure, what it is out of, and a meter; in Python because lists repeat them."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from dashboard.templatetags.drawing import dash
from dashboard.templatetags.names import bytes_in_words, size
from hosts.inventory.load import Load


def host_cpu(host: int, load: Load | None, cpus: int, away: bool = False) -> SafeString:
    """{% host_cpu host.pk load 8 %}: "12 % of 8", with the id `load-cpu-…` by which it is drawn anew."""
    name = f"load-cpu-{host}"
    whole = gettext("of %(cpus)s") % {"cpus": cpus} if cpus else ""
    if load is None or not load.known or load.cores is None or away:
        return _unknown(name, ngettext("%s CPU", "%s CPUs", cpus) % cpus if cpus else dash(), load, away)
    return _mark(name, _percent(load.cores / max(1, cpus)), whole, load.cores, cpus, _title(load))


def host_memory(host: int, load: Load | None, memory: int, away: bool = False) -> SafeString:
    """{% host_memory host.pk load room.memory %}: "3.1 GB of 16 GB"."""
    name = f"load-memory-{host}"
    if load is None or not load.known or away:
        return _unknown(name, size(memory or None), load, away)
    whole = gettext("of %(size)s") % {"size": bytes_in_words(memory)} if memory else ""
    return _mark(name, bytes_in_words(load.memory), whole, load.memory, memory, _title(load))


def container_cpu(load: Load | None, runs: bool = True) -> SafeString:
    """{% container_cpu load %}: as `docker stats` counts, where 100 % is one whole CPU."""
    if load is None or not load.known or load.cores is None:
        return _unknown("load-cpu", dash(), load, not runs)
    title = gettext("One whole CPU is 100 %, as docker stats counts")
    return format_html(
        '<span id="load-cpu" class="load" title="{}"><b class="num">{}</b></span>', title, _percent(load.cores)
    )


def container_memory(load: Load | None, runs: bool = True) -> SafeString:
    """{% container_memory load %}: "120 MB of 512 MB", its limit or the machine's memory."""
    if load is None or not load.known:
        return _unknown("load-memory", dash(), load, not runs)
    whole = gettext("of %(size)s") % {"size": bytes_in_words(load.limit)} if load.limit else ""
    return _mark("load-memory", bytes_in_words(load.memory), whole, load.memory, load.limit, "")


def _percent(share: float) -> str:
    percent = 100 * share
    return gettext("%(number)s %%") % {"number": f"{percent:.1f}" if percent < 9.95 else f"{percent:.0f}"}


def _mark(name: str, figure: str, whole: str, value: float, most: float, title: str) -> SafeString:
    meter = (
        format_html('<progress class="bar" value="{}" max="{}" aria-hidden="true"></progress>', f"{value:.3f}", most)
        if most > 0
        else ""
    )
    return format_html(
        '<span id="{}" class="load" title="{}"><span class="num"><b>{}</b> {}</span>{}</span>',
        name,
        title,
        figure,
        whole,
        meter,
    )


def _unknown(name: str, whole: object, load: Load | None, away: bool) -> SafeString:
    """The same room, so that nothing jumps when the figure comes. What is not known yet is asked for again soon."""
    waits = not away and (load is None or load.known)
    return format_html(
        '<span id="{}" class="load"{}><span class="num">{}</span><span class="cell-sub">{}</span></span>',
        name,
        format_html(" {}", "data-pending") if waits else "",
        whole,
        gettext("being measured") if waits else gettext("not known"),
    )


def _title(load: Load) -> str:
    counted = {"counted": load.counted, "running": load.running}
    if load.counted < load.running:
        return gettext("What %(counted)s of its %(running)s running containers take") % counted
    return gettext("What its running containers take")
