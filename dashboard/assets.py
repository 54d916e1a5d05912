"""Of which version are the console's own files, as far as an open page is concerned?"""

from __future__ import annotations

from django.contrib.staticfiles.storage import staticfiles_storage


def version() -> str:
    """It changes when any of them changes; nothing while developing, where files have no names of their own."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
