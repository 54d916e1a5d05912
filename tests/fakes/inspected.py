"""What a made-up engine answers when one container or image is inspected, in the shapes of the Engine API."""

from typing import Any

from tests.fakes.landscape import NEVER, Landscape, StubContainer


def inspected_container(landscape: Landscape, one: StubContainer) -> dict[str, Any]:
    created = one.created.isoformat().replace("+00:00", "Z")
    bindings = {"8080/tcp": [{"HostIp": "0.0.0.0", "HostPort": str(one.public_port)}] if one.public_port else None}
    return {
        "Id": one.id,
        "Created": created,
        "Path": "/bin/serve",
        "Args": ["--port", landscape.mangle("8080")],
        "State": _state(one, created),
        "Image": one.image_id,
        "LogPath": f"/var/lib/docker/containers/{one.id}/{one.id}-json.log",
        "Name": f"/{one.name}",
        "RestartCount": 12 if one.state == "restarting" else 0,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": None,
        "HostConfig": {
            "Binds": None,
            "LogConfig": {"Type": "json-file", "Config": {}},
            "NetworkMode": one.network,
            "PortBindings": bindings if one.public_port else {},
            "RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0},
            "AutoRemove": False,
            "CapAdd": None,
            "CapDrop": None,
            "Privileged": False,
            "ReadonlyRootfs": False,
            "Memory": 268435456,
            "NanoCpus": 0,
            "ShmSize": 67108864,
            "Runtime": "runc",
        },
        "GraphDriver": {"Data": None, "Name": "overlay2"},
        "Mounts": landscape.mounts(one),
        "Config": {
            "Hostname": one.id[:12],
            "User": "",
            "ExposedPorts": {"8080/tcp": {}},
            "Tty": one.number % 10 == 9,
            "OpenStdin": False,
            "Env": one.env,
            "Cmd": ["/bin/serve", "--port", landscape.mangle("8080")],
            "Image": one.image,
            "Volumes": None,
            "WorkingDir": landscape.mangle("/app"),
            "Entrypoint": None,
            "Labels": one.labels,
        },
        "NetworkSettings": {
            "SandboxID": "",
            "Ports": bindings if one.is_up else {},
            "Networks": {one.network: landscape.attachment(one)},
        },
    }


def _state(one: StubContainer, created: str) -> dict[str, Any]:
    state: dict[str, Any] = {
        # An engine says "running" of a restarting container too, and of a paused one.
        "Status": one.state,
        "Running": one.is_up,
        "Paused": one.state == "paused",
        "Restarting": one.state == "restarting",
        "OOMKilled": one.state == "exited" and one.exit_code == 137,
        "Dead": False,
        "Pid": 4000 + one.number if one.is_up else 0,
        "ExitCode": one.exit_code if one.state == "exited" else 0,
        "Error": "",
        "StartedAt": NEVER if one.state == "created" else created,
        "FinishedAt": created if one.state == "exited" else NEVER,
    }
    if one.health:
        failed = one.health == "unhealthy"
        probe = {"Start": created, "End": created, "ExitCode": int(failed), "Output": "refused" if failed else "ok"}
        state["Health"] = {"Status": one.health, "FailingStreak": 3 * failed, "Log": [probe]}
    return state


def inspected_image(listed: dict[str, Any], created: str) -> dict[str, Any]:
    """From the image's entry in the list."""
    return {
        "Id": listed["Id"],
        "RepoTags": listed["RepoTags"] or [],
        "RepoDigests": listed["RepoDigests"] or [],
        "Parent": "",
        "Comment": "",
        "Created": created,
        "DockerVersion": "",
        "Author": "",
        "Config": {
            "Env": ["PATH=/usr/bin:/bin"],
            "Cmd": ["/bin/serve"],
            "Labels": listed["Labels"],
            "ExposedPorts": {"8080/tcp": {}},
        },
        "Architecture": "amd64",
        "Os": "linux",
        "Size": listed["Size"],
        "GraphDriver": {"Data": None, "Name": "overlay2"},
        "RootFS": {"Type": "layers", "Layers": [f"sha256:{listed['Id'][-64:][::-1]}"]},
        "Metadata": {"LastTagTime": "0001-01-01T00:00:00Z"},
    }
