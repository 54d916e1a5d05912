"""Log lines that outlive their container: kept in files by the watcher, read and searched by whoever may read logs."""

from hosts.history.lines import Line, Unreadable
from hosts.history.reading import read
from hosts.history.searching import Filter, Progress, search, take
from hosts.history.sifting import sift
from hosts.history.sources import Source, source, sources

__all__ = ["Filter", "Line", "Progress", "Source", "Unreadable", "read", "search", "sift", "source", "sources", "take"]
