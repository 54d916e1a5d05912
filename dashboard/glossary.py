"""What Docker's words mean, in a few sentences each: shown beside the word on request, and all together on one page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Term:
    """One word. `command` shows it in a shell; empty where there is nothing to see."""

    name: Words
    text: Words
    command: str = ""


TERMS: dict[str, Term] = {
    "host": Term(
        _("Host"),
        _(
            "A machine with a Docker engine that Quayside manages, reached over a unix socket, SSH, or TCP with TLS. "
            "What is on one host is not on another."
        ),
        "docker info",
    ),
    "engine": Term(
        _("Engine"),
        _(
            "The Docker daemon on a host. It keeps the images, runs the containers, and does all that Quayside or the "
            "docker command asks for. Its id changes when Docker is installed anew."
        ),
        "docker version",
    ),
    "container": Term(
        _("Container"),
        _(
            "One run of an image: its processes, with a file system, network and limits of their own. What it writes "
            "outside of its mounts is gone when it is removed."
        ),
        "docker ps --all",
    ),
    "image": Term(
        _("Image"),
        _(
            "A read-only package of files and settings that containers are started from. It is pulled from a registry "
            "or built from a Dockerfile, and many containers can share one."
        ),
        "docker image ls",
    ),
    "layer": Term(
        _("Layer"),
        _(
            "One step of an image: the files that one line of its Dockerfile added or changed. Images that begin with "
            "the same steps share those layers on disk, so their sizes don't simply add up."
        ),
        "docker image history IMAGE",
    ),
    "tag": Term(
        _("Tag"),
        _(
            "The part behind the colon of an image's name. A tag can be moved to another image at any time: latest is "
            "only a name, and not a promise to be the newest."
        ),
        "docker image tag IMAGE NAME:TAG",
    ),
    "digest": Term(
        _("Digest"),
        _(
            "The checksum of an image as its registry has it. Unlike a tag it never names anything else, so who "
            "deploys by digest gets exactly these bytes."
        ),
        "docker image ls --digests",
    ),
    "dangling": Term(
        _("Dangling image"),
        _(
            "An image without a tag, mostly what is left when its tag was moved to a newer build. When no container "
            "uses it, it only takes up room."
        ),
        "docker image ls --filter dangling=true",
    ),
    "registry": Term(
        _("Registry"),
        _(
            "A server that images are pulled from and pushed to, such as Docker Hub or one of your own. An image's "
            "name begins with its address; without one it is Docker Hub."
        ),
        "docker login REGISTRY",
    ),
    "volume": Term(
        _("Volume"),
        _(
            "A folder that the engine keeps for containers. It outlives them, so this is where databases and uploads "
            "belong. It is removed only when somebody removes it."
        ),
        "docker volume ls",
    ),
    "mount": Term(
        _("Mount"),
        _(
            "A place in a container's file system that is really somewhere else: in a volume, in a folder of the host "
            "(bind), or in memory (tmpfs). Everything outside of mounts goes with the container."
        ),
        "docker inspect --format '{{json .Mounts}}' CONTAINER",
    ),
    "bind": Term(
        _("Bind mount"),
        _(
            "A file or folder of the host that a container sees as its own. What the container writes there changes "
            "the host, and the path has to exist on whichever host it runs on."
        ),
        "docker run --mount type=bind,src=/srv/data,dst=/data IMAGE",
    ),
    "tmpfs": Term(
        _("tmpfs mount"),
        _(
            "A folder in the host's memory. It is fast, never touches a disk, counts against the container's memory, "
            "and is empty again after each start."
        ),
        "docker run --tmpfs /tmp IMAGE",
    ),
    "network": Term(
        _("Network"),
        _(
            "Containers in the same network reach each other by name; those in different networks don't. A container "
            "can be in several at once."
        ),
        "docker network ls",
    ),
    "driver": Term(
        _("Network driver"),
        _(
            "How a network is made. bridge: a private network on one host. host: no network of its own, the container "
            "uses the host's. overlay: spans the hosts of a swarm. macvlan and ipvlan: addresses in your own LAN. "
            "none: no network at all."
        ),
        "docker network create --driver bridge NAME",
    ),
    "subnet": Term(
        _("Subnet"),
        _(
            "The range of addresses that a network gives to its containers. The gateway is the host's own address in "
            "it, and the way out."
        ),
        "docker network inspect NETWORK",
    ),
    "volume-driver": Term(
        _("Volume driver"),
        _(
            "What keeps a volume's files. local is a folder on the host, or with options a network share; plugins can "
            "keep them elsewhere."
        ),
        "docker volume create --driver local NAME",
    ),
    "port": Term(
        _("Published port"),
        _(
            "A port of the host that leads to one inside the container: 8080 → 80/tcp. Without an address it is open "
            "to everybody who reaches the host, often past the host's own firewall. A port that is only exposed is "
            "not reachable from outside."
        ),
        "docker run --publish 127.0.0.1:8080:80 IMAGE",
    ),
    "health": Term(
        _("Health check"),
        _(
            "A command that the engine runs inside the container every so often. Exit code 0 means healthy; after "
            "several failures in a row the container is unhealthy. The engine only reports that, it restarts nothing "
            "for it."
        ),
        "docker run --health-cmd 'curl -f localhost' IMAGE",
    ),
    "policy": Term(
        _("Restart policy"),
        _(
            "What the engine does when the container ends by itself. no: nothing. on-failure: start it again unless it "
            "ended with code 0. always and unless-stopped: start it again in any case, and after the host was "
            "restarted; after a stop by hand the second one stays stopped."
        ),
        "docker update --restart unless-stopped CONTAINER",
    ),
    "restarts": Term(
        _("Restarts"),
        _(
            "How often the engine has started it again by its restart policy, since it was made or last started by "
            "hand. A number that grows means that it keeps failing."
        ),
        "docker inspect --format '{{.RestartCount}}' CONTAINER",
    ),
    "exit-code": Term(
        _("Exit code"),
        _(
            "The number that a container's main process ended with. 0 is success. 1 to 125 come from the program. "
            "126 and 127: the command could not be run or was not there. 128 and more: ended by a signal, 137 is "
            "SIGKILL (often out of memory) and 143 is SIGTERM (a normal stop)."
        ),
        "docker wait CONTAINER",
    ),
    "project": Term(
        _("Compose project"),
        _(
            "Containers, networks and volumes that were started together from one Compose file. Quayside reads it from "
            "the label com.docker.compose.project."
        ),
        "docker compose ls",
    ),
    "service": Term(
        _("Service"),
        _("One entry of a Compose file, or of a swarm. It can run as several containers of the same kind."),
        "docker compose ps",
    ),
    "swarm": Term(
        _("Swarm"),
        _(
            "Several engines that act as one: services are spread over the hosts, started anew elsewhere when a host "
            "fails, and reached over overlay networks. An engine outside of a swarm has the scope local only."
        ),
        "docker node ls",
    ),
    "scope": Term(
        _("Scope"),
        _("How far it reaches. local: this host. swarm: all the swarm's hosts. global: as far as its driver does."),
    ),
    "label": Term(
        _("Label"),
        _(
            "A name and a value that somebody attached. The engine makes nothing of labels; tools such as Compose, "
            "proxies and Quayside read them."
        ),
        "docker ps --filter label=team=blue",
    ),
    "environment": Term(
        _("Environment"),
        _(
            "The variables that a container's process is started with, from its image and from whoever made it. They "
            "are fixed until it is made anew. Quayside masks values unless the variable is known to be harmless."
        ),
        "docker exec CONTAINER env",
    ),
    "entrypoint": Term(
        _("Entrypoint"),
        _(
            "The program that is always started; the command behind it is what it is given. Whatever that process does "
            "decides: when it ends, the container ends."
        ),
        "docker run --entrypoint sh IMAGE",
    ),
    "limits": Term(
        _("Limits"),
        _(
            "How much of the host it may use. Without a memory limit, one container can take all there is; with one, "
            "the kernel kills it when it wants more (exit code 137)."
        ),
        "docker update --memory 512m --cpus 1 CONTAINER",
    ),
    "privileged": Term(
        _("Set apart from the host"),
        _(
            "Usually a container sees neither the host's devices nor its other processes. Privileged mode, added "
            "capabilities and the host's network, processes or devices each take some of that wall down."
        ),
    ),
    "disk-usage": Term(
        _("Disk usage"),
        _(
            "The room that Docker takes on the host. What can be freed is used by no container. Layers that images "
            "share are counted once."
        ),
        "docker system df",
    ),
    "load": Term(
        _("Load"),
        _(
            "The CPU and memory that the running containers of a host take together, measured every 15 seconds while "
            "somebody looks. Docker knows nothing of the machine's other programs. Files that are only cached in "
            "memory are not counted."
        ),
        "docker stats",
    ),
    "job": Term(
        _("Job"),
        _(
            "An operation that takes a while, such as a pull, or one over many objects. It goes on when you leave the "
            "page, and its result is kept."
        ),
    ),
    "inspect": Term(
        _("Inspect"),
        _("Everything that the engine knows about this object, as it says it. Secrets are hidden here too."),
        "docker inspect NAME",
    ),
}
