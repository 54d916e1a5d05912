"""Which image does this JSON describe, and of which layers is it made?"""

from __future__ import annotations

from typing import Any

from hosts.engine.masking import mask_layer, mask_text
from hosts.engine.parse import fields
from hosts.engine.parse.containers import labels
from hosts.facts import Image, Layer


def from_inspect(raw: Any) -> Image:
    raw = fields.record(raw)
    return _image(
        raw,
        labels(fields.part(raw, "Config").get("Labels")),
        architecture=fields.text(raw.get("Architecture"), 32),
        os=fields.text(raw.get("Os"), 32),
    )


def from_list(raw: Any) -> Image:
    """A list tells neither architecture nor operating system."""
    raw = fields.record(raw)
    return _image(raw, labels(raw.get("Labels")))


def layer(raw: Any) -> Layer:
    """One row of an image's history; the engine writes `<missing>` where it keeps no id."""
    raw = fields.record(raw)
    found = fields.text(raw.get("Id"), fields.NAME)
    return Layer(
        id="" if found == "<missing>" else found,
        created=fields.moment(raw.get("Created")),
        created_by=mask_layer(fields.text(raw.get("CreatedBy"))),
        size=fields.number(raw.get("Size")),
        tags=_real(raw.get("Tags")),
        comment=mask_text(fields.text(raw.get("Comment"), fields.NAME)),
    )


def _image(raw: dict[str, Any], own_labels: dict[str, str], **more: str) -> Image:
    return Image(
        id=fields.key(raw.get("Id")),
        tags=_real(raw.get("RepoTags")),
        digests=_real(raw.get("RepoDigests")),
        created=fields.moment(raw.get("Created")),
        size=max(0, fields.number(raw.get("Size"))),
        labels=own_labels,
        **more,
    )


def _real(value: Any) -> tuple[str, ...]:
    """Tags or digests, without the `<none>` that stands for none."""
    return tuple(sorted(name for name in fields.texts(value, 512) if "<none>" not in name))
