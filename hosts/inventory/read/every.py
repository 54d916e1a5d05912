"""The lists of the inventory, by the noun that each shows."""

from __future__ import annotations

from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.hosts import HOSTS
from hosts.inventory.read.images import IMAGES
from hosts.inventory.read.networks import NETWORKS
from hosts.inventory.read.spec import Spec
from hosts.inventory.read.volumes import VOLUMES

SPECS: dict[str, Spec] = {spec.noun: spec for spec in (CONTAINERS, IMAGES, NETWORKS, VOLUMES, HOSTS)}
