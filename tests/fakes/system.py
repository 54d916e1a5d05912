"""What a made-up engine says of itself: version, info, disk usage."""

from typing import Any

from tests.fakes.landscape import Landscape, digest
from tests.fakes.modes import HUGE


def engine_version(newest: str, oldest: str) -> dict[str, Any]:
    about = {
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "6.12.0",
        "GoVersion": "go1.22.11",
        "GitCommit": "4c9b3b0",
    }
    details = {"ApiVersion": newest, "MinAPIVersion": oldest, "Os": "linux", "Arch": "amd64"}
    return {
        "Platform": {"Name": "Docker Engine - Community"},
        "Components": [{"Name": "Engine", "Version": "27.5.1", "Details": details}],
        "Version": "27.5.1",
        "ApiVersion": newest,
        "MinAPIVersion": oldest,
        "BuildTime": "2025-01-22T13:41:17.000000000+00:00",
        **about,
    }


def engine_info(landscape: Landscape, engine_id: str, *, huge: bool) -> dict[str, Any]:
    states = [one.state for one in landscape.containers.values()]
    paused = states.count("paused")
    running = states.count("running") + states.count("restarting")
    return {
        "ID": engine_id,
        "Containers": len(states),
        "ContainersRunning": running,
        "ContainersPaused": paused,
        "ContainersStopped": len(states) - running - paused,
        "Images": len(landscape.images()),
        "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "extfs"]],
        "Plugins": {
            "Volume": ["local"],
            "Network": ["bridge", "host", "null"],
            "Authorization": None,
            "Log": ["json-file"],
        },
        "LoggingDriver": "json-file",
        "CgroupDriver": "systemd",
        "CgroupVersion": "2",
        "KernelVersion": "6.12.0",
        "OperatingSystem": landscape.mangle("Debian GNU/Linux 13 (trixie)"),
        "OSVersion": "13",
        "OSType": "linux",
        "Architecture": "x86_64",
        "NCPU": 8,
        "MemTotal": 33567027200,
        "DockerRootDir": "/var/lib/docker",
        "Name": HUGE if huge else landscape.mangle(f"host-{digest(landscape.seed)[:6]}"),
        "Labels": [landscape.mangle("rack=7")],
        "ServerVersion": "27.5.1",
        "Swarm": {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": False},
        "LiveRestoreEnabled": False,
        "SecurityOptions": ["name=seccomp,profile=builtin"],
        "Warnings": [landscape.mangle("WARNING: No swap limit support")] if landscape.mangle is not str else None,
    }


def df(landscape: Landscape) -> dict[str, Any]:
    used = {mount["Name"] for one in landscape.containers.values() for mount in landscape.mounts(one)}
    images = landscape.images()
    return {
        "LayersSize": sum(image["Size"] for image in images),
        "Images": [image | {"SharedSize": 0, "Containers": 1} for image in images],
        "Containers": [
            landscape.listed(one) | {"SizeRw": 4096, "SizeRootFs": 20_000_000} for one in landscape.containers.values()
        ],
        "Volumes": [
            volume | {"UsageData": {"RefCount": int(volume["Name"] in used), "Size": 1_500_000}}
            for volume in landscape.volumes()
        ],
        "BuildCache": [],
        "BuilderSize": 0,
    }
