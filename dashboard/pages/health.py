"""Is Quayside itself well? 200 when database, Redis, worker and watcher all live, else 503 and what is missing."""

from __future__ import annotations

import redis
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.requests import Request
from hosts import alive


@never_cache
@require_safe
def healthz(request: Request) -> JsonResponse:
    missing = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        missing.append("database")
    try:
        missing += alive.missing()
    except redis.RedisError:
        missing.append("redis")
    response = JsonResponse({"ok": not missing, "missing": missing}, status=503 if missing else 200)
    # Whoever asks is told; a log line for each time while the console starts would say nothing more.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
