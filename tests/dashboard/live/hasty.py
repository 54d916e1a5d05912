"""The counting console, which waits two seconds only for a browser that takes nothing."""

import dashboard.stalled
from dashboard.live import session
from tests.dashboard.live.counting import application

session.SEND_SECONDS = 2.0
dashboard.stalled.PATIENCE_SECONDS = 2.0

__all__ = ["application"]
