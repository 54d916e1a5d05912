"""What an engine told and is stored: each row says by which rules it was masked, and is read by those of now."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.db import models

from hosts.lines.masker import Masker
from hosts.models import redaction

# Behind the version of a row that was masked again from what was stored, and not from what the engine says: these rules
# hide no less in it, and where they hide less only the engine knows what was there.
AGAIN = "~"


def current() -> str:
    """For rows that are made now."""
    return redaction.latest().version


def safe_versions(version: str) -> tuple[str, str]:
    """What rows say in which these rules have nothing left to hide."""
    return version, version + AGAIN


class Masked(models.Model):
    """`TOLD` names its fields with words of an engine's. No row of older rules comes out of the database as it is."""

    TOLD: ClassVar[frozenset[str]] = frozenset()
    masked_by = models.CharField(max_length=32, default=current)

    class Meta:
        abstract = True

    @classmethod
    def hidden(cls, name: str, value: Any, masker: Masker) -> Any:
        """The value of one of these fields, masked."""
        return sentences(value, masker)

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Self:
        """As Django does, and masked again where the rules have changed since it was written."""
        row = super().from_db(db, field_names, values, **more)
        if row.__dict__.get("masked_by") not in safe_versions(redaction.latest().version):
            row._mask_again()
        return row

    def _mask_again(self) -> None:
        told = [name for name in self.TOLD if name in self.__dict__]
        if not told:
            return
        masker = redaction.recent()
        if self.__dict__.get("masked_by") in safe_versions(masker.version):
            return
        for name in told:
            setattr(self, name, self.hidden(name, getattr(self, name), masker))


def sentences(value: Any, masker: Masker) -> Any:
    """JSON whose texts are sentences, whatever their names."""
    if isinstance(value, str):
        return masker.text(value)
    if isinstance(value, dict):
        return {key: sentences(each, masker) for key, each in value.items()}
    return [sentences(each, masker) for each in value] if isinstance(value, list) else value
