"""Which network does this JSON describe? A list and `inspect` tell the same."""

from __future__ import annotations

from typing import Any

from hosts.engine.parse import fields
from hosts.engine.parse.containers import labels
from hosts.facts import Network


def network(raw: Any) -> Network:
    raw = fields.record(raw)
    pools = fields.array(fields.part(raw, "IPAM").get("Config"))[:100]
    subnets = (fields.text(pool.get("Subnet"), 64) for pool in pools if isinstance(pool, dict))
    return Network(
        id=fields.key(raw.get("Id")),
        name=fields.text(raw.get("Name"), fields.NAME),
        driver=fields.text(raw.get("Driver"), fields.NAME),
        scope=fields.text(raw.get("Scope"), 32),
        created=fields.moment(raw.get("Created")),
        internal=raw.get("Internal") is True,
        attachable=raw.get("Attachable") is True,
        ipv6=raw.get("EnableIPv6") is True,
        subnets=tuple(subnet for subnet in subnets if subnet),
        labels=labels(raw.get("Labels")),
    )
