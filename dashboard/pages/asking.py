"""What several pages do with a form in the query string."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _


def one_line(form: forms.BaseForm) -> str:
    """What is wrong with a form, as one sentence a field."""
    return " ".join(
        _("%(field)s: %(errors)s") % {"field": form.fields[name].label or name, "errors": " ".join(map(str, errors))}
        for name, errors in form.errors.items()
        if name in form.fields
    )
