"""The counting console, which waits two seconds only for a browser that takes nothing."""

from tests.dashboard.live.counting import application  # isort: skip - it sets Django up

import dashboard.stalled
from dashboard.live import session

session.SEND_SECONDS = 2.0
dashboard.stalled.PATIENCE_SECONDS = 2.0

__all__ = ["application"]
