"""What does somebody want to have of logs as a file? The query string of a download, checked."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.live.filtering import sentence
from dashboard.live.opening import AskedLines
from hosts.engine.logs import LogQuery
from hosts.lines.filters import FILTER_CHARACTERS, Filter, FilterError
from hosts.lines.redaction import Redactor

FORMATS = (
    ("plain", gettext_lazy("Plain text")),
    ("jsonl", gettext_lazy("JSON lines")),
    ("zip", gettext_lazy("Zip, a file for each container")),
)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_NAME_CHARACTERS = 80


class AskedFile(AskedLines):
    """`tail` is everything unless something else is asked for; `until` is the last moment that counts."""

    until = forms.CharField(label=gettext_lazy("Until"), required=False, max_length=40)
    format = forms.ChoiceField(label=gettext_lazy("Format"), required=False, choices=FORMATS)
    filter = forms.CharField(label=gettext_lazy("Filter"), required=False, max_length=FILTER_CHARACTERS)
    timestamps = forms.CharField(required=False, max_length=5)
    unmasked = forms.CharField(required=False, max_length=5)

    def clean_tail(self) -> int | None:
        return super().clean_tail() if str(self.cleaned_data["tail"]).strip() else None

    def clean_until(self) -> str:
        return self.time_in("until")

    def clean_format(self) -> str:
        return str(self.cleaned_data["format"] or "plain")

    def clean_filter(self) -> Filter | None:
        text = self.cleaned_data["filter"].strip()
        try:
            return Filter.parse(text) if text else None
        except FilterError as error:
            raise forms.ValidationError(sentence(error)) from error

    def clean_timestamps(self) -> bool:
        return self.cleaned_data["timestamps"] not in ("", "0", "off", "false")

    def clean_unmasked(self) -> bool:
        return bool(self.cleaned_data["unmasked"] == "1")

    def clean(self) -> dict[str, Any] | None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and float(since) > float(until):
            self.add_error("until", _("The end is before the beginning."))
        return super().clean()

    def recorded(self, hides: Redactor) -> dict[str, Any]:
        """As the trail keeps them; what looks like a credential in the filter is masked as it is in logs."""
        given = {name: self.cleaned_data[name] for name in ("since", "until", "unmasked") if self.cleaned_data[name]}
        if self.cleaned_data["filter"]:
            given["filter"] = hides.mask_text(self.data["filter"].strip())[0]
        tail = self.cleaned_data["tail"]
        return {"format": self.cleaned_data["format"], "tail": "all" if tail is None else tail, **given}

    @property
    def query(self) -> LogQuery:
        return replace(super().query, until=self.cleaned_data["until"], follow=False)


def safe(*parts: str) -> str:
    """Parts of a file's name that no file system and no header stumbles over."""
    names = [_UNSAFE.sub("-", part)[:_NAME_CHARACTERS].strip(".-") for part in parts]
    return "-".join(name for name in names if name) or "log"


def moment() -> str:
    return timezone.now().astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
