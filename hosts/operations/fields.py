"""Form fields for what Docker takes and Django has no field for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class LabelsField(forms.CharField):
    """One `key=value` a line, cleaned to a dict; a line without `=` is a key with an empty value."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "font-monospace"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", _("One a line: key=value."))
        kwargs.setdefault("max_length", 8000)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        text = super().clean(value)
        found: dict[str, str] = {}
        for line in filter(None, (line.strip() for line in text.splitlines())):
            key, _equals, content = line.partition("=")
            if not key.strip():
                raise forms.ValidationError(_("A line begins with “=”: write key=value."))
            if key.strip() in found:
                raise forms.ValidationError(_("The key %s stands there twice.") % key.strip())
            found[key.strip()] = content.strip()
        return found


class PemField(forms.CharField):
    """A key or certificate, pasted; line ends are made one kind and the last line gets one."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off", "class": "font-monospace"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 100_000)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n").strip()
        return f"{text}\n" if text else ""


class NamesField(forms.CharField):
    """Short words divided by commas, cleaned to a list without repeats; validators see each word."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 1000)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """A list of words."""
        words = (word.strip().lower() for word in (super().to_python(value) or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(self.to_python(initial)) != set(self.to_python(data))

    def run_validators(self, value: list[str]) -> None:
        for word in value:
            if len(word) > 63:
                raise forms.ValidationError(_("%s is too long: 63 characters at most.") % f"{word[:20]}…")
            super().run_validators(word)
