"""`manage.py watch`: keep the inventory equal to the engines; one of Quayside's three processes."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import uvloop
from django.core.management.base import BaseCommand

from hosts.watch.main import watch


class Command(BaseCommand):
    help = "Watch the engines of all hosts and keep the inventory (one of Quayside's processes)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        uvloop.run(watch())
        # A thread may still wait for a lock or for Redis; whoever stops us does not wait for that.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)
