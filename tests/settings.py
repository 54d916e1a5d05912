"""The console's settings over a data folder that lives as long as the test process, so that no test touches var/."""

import atexit
import os
import shutil
import tempfile

if not os.environ.get("QUAYSIDE_TEST_DATA_DIR"):
    _folder = tempfile.mkdtemp(prefix="quayside-tests-")
    os.environ["QUAYSIDE_TEST_DATA_DIR"] = os.environ["DATA_DIR"] = _folder
    os.environ["DOTENV"] = os.devnull
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)

from dashboard.settings import *  # noqa: F403 - the folder must be named first

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
