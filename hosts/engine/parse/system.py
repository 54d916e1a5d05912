"""What kind of engine is it, and what takes the space on its disk?"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from hosts.engine.masking import mask_text
from hosts.engine.parse import fields
from hosts.facts import EngineInfo, UsageRow

_RUNNING = ("running", "paused", "restarting")
_NEWER = {
    "image": "ImageUsage",
    "container": "ContainerUsage",
    "volume": "VolumeUsage",
    "build-cache": "BuildCacheUsage",
}


def identity(raw: Any) -> str:
    """Which engine is it? The id in `GET /info`; "" where there is none.

    Podman makes up another id for each answer: its machine's name and where it stores things stand for it.
    """
    raw = fields.record(raw)
    if "BuildahVersion" in raw:
        known = (fields.text(raw.get("Name"), fields.NAME), fields.text(raw.get("DockerRootDir"), 1024))
        return f"podman-{sha256(repr(known).encode()).hexdigest()[:32]}"
    return fields.text(raw.get("ID"), 128)


def info(raw: Any, version: Any) -> EngineInfo:
    """From `GET /info` and `GET /version`."""
    raw, version = fields.record(raw), fields.record(version)
    security = fields.texts(raw.get("SecurityOptions"))
    components = [fields.text(each.get("Name"), 64) for each in fields.rows(version.get("Components"))]
    return EngineInfo(
        id=identity(raw),
        name=fields.text(raw.get("Name"), fields.NAME),
        version=fields.text(version.get("Version"), 64),
        api_version=fields.text(version.get("ApiVersion"), 16),
        min_api_version=fields.text(version.get("MinAPIVersion"), 16),
        os=fields.text(raw.get("OperatingSystem"), fields.NAME),
        os_type=fields.text(raw.get("OSType"), 32),
        architecture=fields.text(raw.get("Architecture"), 32),
        kernel=fields.text(raw.get("KernelVersion"), fields.NAME),
        cpus=fields.small(raw.get("NCPU")),
        memory=fields.number(raw.get("MemTotal")),
        storage_driver=fields.text(raw.get("Driver"), 64),
        log_driver=fields.text(raw.get("LoggingDriver"), 64),
        root_dir=fields.text(raw.get("DockerRootDir"), 1024),
        rootless=any("rootless" in option for option in security),
        product="Podman" if any("podman" in name.lower() for name in components) else "Docker",
        warnings=tuple(mask_text(each) for each in fields.texts(raw.get("Warnings"), 1024)[:50]),
    )


def usage(raw: Any) -> list[UsageRow]:
    """The lines of `docker system df` from `GET /system/df`, in the old and the new shape of the answer."""
    raw = fields.record(raw)
    if any(isinstance(raw.get(name), dict) for name in _NEWER.values()):
        return [_summed(kind, fields.part(raw, name)) for kind, name in _NEWER.items()]
    return [_images(raw), _containers(raw), _volumes(raw), _build_cache(raw)]


def _summed(kind: str, row: dict[str, Any]) -> UsageRow:
    names = ("TotalCount", "ActiveCount", "TotalSize", "Reclaimable")
    total, active, size, reclaimable = (fields.number(row.get(name)) for name in names)
    sizes = _sizes(row.get("Items")) if kind == "volume" else {}
    return UsageRow(kind, total, active, size, reclaimable, sizes)


def _images(raw: dict[str, Any]) -> UsageRow:
    """As the docker command counts: what only unused images hold can be reclaimed, what they share cannot be told."""
    images = list(fields.rows(raw.get("Images")))
    size = fields.number(raw.get("LayersSize"))
    active = [image for image in images if fields.number(image.get("Containers")) > 0]
    used = sum(
        fields.number(image.get("Size")) - max(0, fields.number(image.get("SharedSize")))
        for image in active
        if fields.number(image.get("SharedSize")) >= 0
    )
    return UsageRow("image", len(images), len(active), size, max(0, size - used))


def _containers(raw: dict[str, Any]) -> UsageRow:
    containers = list(fields.rows(raw.get("Containers")))
    idle = [container for container in containers if container.get("State") not in _RUNNING]
    size, free = (sum(max(0, fields.number(each.get("SizeRw"))) for each in some) for some in (containers, idle))
    return UsageRow("container", len(containers), len(containers) - len(idle), size, free)


def _volumes(raw: dict[str, Any]) -> UsageRow:
    volumes = [fields.part(volume, "UsageData") for volume in fields.rows(raw.get("Volumes"))]
    idle = [volume for volume in volumes if fields.number(volume.get("RefCount")) == 0]
    size, free = (sum(max(0, fields.number(each.get("Size"))) for each in some) for some in (volumes, idle))
    return UsageRow("volume", len(volumes), len(volumes) - len(idle), size, free, _sizes(raw.get("Volumes")))


def _sizes(volumes: Any) -> dict[str, int]:
    """The bytes of each volume by name; the engine says -1 where its driver cannot tell."""
    found = {
        fields.text(each.get("Name"), fields.NAME): fields.part(each, "UsageData").get("Size")
        for each in fields.rows(volumes)
    }
    return {name: size for name, size in found.items() if name and isinstance(size, int) and size >= 0}


def _build_cache(raw: dict[str, Any]) -> UsageRow:
    records = list(fields.rows(raw.get("BuildCache")))
    own = [each for each in records if each.get("Shared") is not True]
    idle = [each for each in own if each.get("InUse") is not True]
    size, free = (sum(max(0, fields.number(each.get("Size"))) for each in some) for some in (own, idle))
    active = sum(each.get("InUse") is True for each in records)
    return UsageRow("build-cache", len(records), active, size, free)
