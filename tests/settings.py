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
