"""Which containers, images, networks and volumes the demo's engines hold: a little of everything people meet."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.testbed import demo_logs as logs
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, build_image, build_layered_image, load_base_image
from tests.testbed.registry import Registry

PROBE = ("--health-cmd=test -f /tmp/ready", "--health-interval=15s", "--health-retries=2")
FAILING = ("--health-cmd=echo 'connection refused'; exit 1", "--health-interval=15s", "--health-retries=1")
STARTING = ("--health-cmd=exit 1", "--health-interval=60s", "--health-start-period=24h")


@dataclass(frozen=True)
class Service:
    """One container of a project; `options` go to docker run as they stand."""

    name: str
    image: str
    program: str
    options: Sequence[str] = ()


# Images by name: the sizes of their layers in megabytes.
IMAGES: dict[str, Sequence[float]] = {
    "shop/web:2.4.1": (3, 1.5, 0.4),
    "shop/api:5.0.0": (6, 2, 1, 0.3),
    "shop/worker:5.0.0": (6, 1.2),
    "shop/db:17.2": (12, 4, 0.1),
    "blog/web:2026.11": (4, 0.7),
    "metrics/collector:0.9": (2.5,),
}
# For pulling: nobody has them yet.
PUBLISHED: dict[str, Sequence[float]] = {
    "library/alpine-like:3.22": (3,),
    "team/app:1.0": (4, 2, 1),
    "team/app:1.1": (4, 2, 1.5, 0.5),
    "team/big:latest": (8, 6, 5, 4, 3, 2, 2, 1),
}

SHOP = (
    Service(
        "web", "shop/web:2.4.1", logs.WEB, (*PROBE, "--publish=127.0.0.1::80", "--memory=64m", "--label=tier=front")
    ),
    Service(
        "api", "shop/api:5.0.0", logs.JSON_LINES, ("--env=API_TOKEN=tok-3f9d0c", "--env=DEBUG=0", "--label=tier=back")
    ),
    Service("worker", "shop/worker:5.0.0", logs.COLOURED, ("--restart=unless-stopped", "--cpus=0.5")),
    Service("mailer", "shop/worker:5.0.0", logs.STACK_TRACES),
    Service(
        "db", "shop/db:17.2", logs.DATABASE, (*PROBE, "--volume=shop_db:/var/lib/db", "--env=DB_PASSWORD=correct-horse")
    ),
    Service("payments", "shop/api:5.0.0", logs.JSON_LINES, FAILING),
    Service("search", "shop/api:5.0.0", logs.IDLE, STARTING),
    Service("queue", "shop/worker:5.0.0", logs.CRASHING, ("--restart=always",)),
    Service("migrate", "shop/api:5.0.0", logs.ended(0, "12 migrations applied")),
    Service("import", "shop/worker:5.0.0", logs.ended(3, "row 4711: no such product")),
)
BLOG = (
    Service("web", "blog/web:2026.11", logs.PYTHON_TRACES, ("--publish=127.0.0.1::80", "--restart=on-failure:5")),
    Service("console", "blog/web:2026.11", logs.COLOURED, ("--tty", "--interactive")),
    Service(
        "db",
        "shop/db:17.2",
        logs.DATABASE,
        (*PROBE, "--volume=blog_db:/var/lib/db", "--volume=blog_uploads:/srv/up:ro"),
    ),
    Service("backup", "shop/db:17.2", logs.ended(1, "backup failed: No space left on device")),
    Service("feed", "blog/web:2026.11", logs.ended(137, "killed")),
)
METRICS = (
    Service("collector", "metrics/collector:0.9", logs.LOGFMT, ("--read-only", "--cap-drop=ALL")),
    Service(
        "node",
        "metrics/collector:0.9",
        logs.IDLE,
        ("--cap-add=NET_ADMIN", "--volume=/proc:/host/proc:ro", "--pid=host"),
    ),
    Service("dashboard", "metrics/collector:0.9", logs.LONG_LINE),
)
INTRANET = BLOG[:3]


def load_images(engine: Engine, *projects: Sequence[Service]) -> None:
    """The base, the images that these projects run, one without a name and one that nobody uses."""
    load_base_image(engine)
    for name in sorted({service.image for services in projects for service in services}):
        layers = IMAGES[name]
        command = f'LABEL org.opencontainers.image.title="{name.partition(":")[0]}"'
        build_layered_image(engine, name, layers, lines=[command, "EXPOSE 80", "WORKDIR /srv"])
        engine.docker("tag", name, f"{name.partition(':')[0]}:latest")
    for take in (b"first", b"second"):
        build_image(engine, "tools/scratchpad:dev", f"FROM {BASE_IMAGE}\nCOPY note /note\n", {"note": take})


def run_project(engine: Engine, project: str, services: Sequence[Service]) -> None:
    """Run a project's services as Compose would have: its labels, its network, its names."""
    network = f"{project}_default"
    labels = [f"--label=com.docker.compose.project={project}"]
    engine.docker("network", "create", *labels, "--label=com.docker.compose.network=default", network)
    for service in services:
        for option in service.options:
            volume = option.removeprefix("--volume=").partition(":")[0]
            if option.startswith("--volume=") and not volume.startswith("/"):
                engine.docker("volume", "create", *labels, f"--label=com.docker.compose.volume={volume}", volume)

    def run(service: Service) -> None:
        name = f"{project}-{service.name}-1"
        own = [
            f"--label=com.docker.compose.service={service.name}",
            "--label=com.docker.compose.container-number=1",
            f"--label=com.docker.compose.project.working_dir=/srv/{project}",
            f"--label=com.docker.compose.project.config_files=/srv/{project}/compose.yaml",
            "--label=com.docker.compose.oneoff=False",
        ]
        engine.run(
            f"--name={name}",
            f"--hostname={service.name}",
            f"--network={network}",
            f"--network-alias={service.name}",
            *labels,
            *own,
            *service.options,
            service.image,
            "sh",
            "-c",
            service.program,
        )

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, services))


def add_odds_and_ends(engine: Engine) -> None:
    """What stands outside of projects: unused things, a paused container, one that was never started."""
    engine.docker("network", "create", "--internal", "vault")
    engine.docker("network", "create", "--label=owner=ada", "old-proxy")
    for volume in ("postgres-14-old", "0f4a1cbb2e6d4c3fa57f7a8ffb6f1f0b9f9a5ea3c66f0a52b8d1e0d74c6a9d11"):
        engine.docker("volume", "create", volume)
    engine.run("--name=lonely-tool", "--network=none", BASE_IMAGE, "sh", "-c", logs.IDLE)
    engine.run("--name=frozen-report", BASE_IMAGE, "sh", "-c", logs.PLAIN)
    engine.docker("pause", "frozen-report")
    engine.docker("create", "--name=not-yet", BASE_IMAGE, "sh", "-c", logs.IDLE)
    engine.run(
        "--name=proxy-agent", f"--volume={engine.socket}:/var/run/docker.sock", BASE_IMAGE, "sh", "-c", logs.IDLE
    )


def publish_images(engine: Engine, registry: Registry) -> list[str]:
    """Push the images that are there to be pulled; `engine` builds them and keeps none. Their names in the registry."""
    for name, layers in PUBLISHED.items():
        registry.publish(engine, name, layers)
    return list(PUBLISHED)
