"""What lies under /static/ is what our pages use, and nothing that a package brings along."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command
from pytest_django.fixtures import Settings

from dashboard.up import prepared


def test_only_our_own_files_are_served(settings: Settings) -> None:
    ours = Path(settings.BASE_DIR) / "static"
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            assert Path(storage.path(name)).is_relative_to(ours), name
    assert finders.find("django_htmx/htmx-4.js") is None
    assert finders.find("account/js/account.js") is None
    assert finders.find("vendor/htmx.js")


def test_what_makes_the_files_is_not_among_them(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=prepared.NOT_SERVED)
    served = {path.relative_to(settings.STATIC_ROOT).as_posix() for path in settings.STATIC_ROOT.rglob("*.*")}
    assert not {"build.mjs", "icons.txt", "vendor/manifest.json"} & served
    assert {"vendor/htmx.js", "vendor/licences/htmx.org.txt"} <= served
    folders = {name.split("/")[0] for name in served if "/" in name}
    assert folders <= {"css", "js", "img", "vendor"}
