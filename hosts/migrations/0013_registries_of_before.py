"""Logins of before are for all hosts until somebody looks at them; what hosts use already they may go on pulling from."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from hosts.engine.errors import Invalid
from hosts.engine.names import reference
from hosts.engine.registry_names import DOCKER_HUB, canonical, leads_inward


def forward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _scope_logins(apps)
    servers = {server for name in _image_names(apps) if (server := _server(name))}
    # An image's name is chosen by whoever made it: the machine itself has to be listed by an administrator.
    used = {server for server in servers if not leads_inward(server)} - {DOCKER_HUB}
    if used:
        model = apps.get_model("hosts", "AllowedRegistry")
        model._default_manager.bulk_create([model(server=server) for server in sorted({DOCKER_HUB, *used})])


def _scope_logins(apps: StateApps) -> None:
    """Of two spellings of one server, the one that pulls have used keeps the hosts; the other is for none."""
    scopes = apps.get_model("hosts", "RegistryScope")._default_manager
    logins = list(apps.get_model("hosts", "Registry")._default_manager.order_by("pk"))
    taken: set[str] = set()
    for login in sorted(logins, key=lambda login: login.server != _one_spelling(login.server)):
        login.server, login.confirmed = _one_spelling(login.server), False
        login.save(update_fields=["server", "confirmed"])
        if login.server not in taken:
            taken.add(login.server)
            scopes.create(registry=login, server=login.server, group=None)


def _one_spelling(server: str) -> str:
    try:
        return canonical(server)
    except Invalid:
        return server


def _image_names(apps: StateApps) -> Iterator[str]:
    containers = apps.get_model("hosts", "Container")._default_manager.filter(gone_at=None)
    yield from containers.order_by().values_list("image", flat=True).distinct().iterator()
    images = apps.get_model("hosts", "Image")._default_manager.filter(gone_at=None)
    for tags in images.values_list("tags", flat=True).iterator():
        yield from (tag for tag in tags if isinstance(tag, str))


def _server(name: str) -> str:
    try:
        return reference(name).server
    except Invalid:
        return ""


class Migration(migrations.Migration):
    dependencies = [("hosts", "0012_registry_scopes")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
