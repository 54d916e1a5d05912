"""The console's settings over a data folder that lives as long as the test process, so that no test touches var/."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

if not os.environ.get("QUAYSIDE_TEST_DATA_DIR"):
    if "mypy" in sys.modules:
        # The type checker ends without a goodbye: one folder that it finds again.
        _folder = f"{tempfile.gettempdir()}/quayside-types-{os.getuid()}"
        os.makedirs(_folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - no other use for a Path here
    else:
        _folder = tempfile.mkdtemp(prefix="quayside-tests-")
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["QUAYSIDE_TEST_DATA_DIR"] = os.environ["DATA_DIR"] = _folder
    os.environ["DOTENV"] = os.devnull

from dashboard.settings import *  # noqa: F403 - the folder must be named first

# A file, as in use: in memory a second thread is refused at once where it would have waited for its turn. It
# need not outlive a power cut.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["DATA_DIR"]) / "test.sqlite3")}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # noqa: F405

# Nothing is collected for a test, so there is no manifest to look addresses up in.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SERVESTATIC_USE_MANIFEST = False
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - servestatic warns where it is missing

# No Redis: a test that needs the real one starts it and says so.
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
