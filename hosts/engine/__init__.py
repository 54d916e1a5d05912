"""The only place that speaks Docker: `connect.open_engine(grant)` for commands, `wire.open_wire(grant)` for streams.

This file imports nothing, so that a process that only streams (the watcher) never loads the SDK.
"""
