"""The small question mark beside a word, which opens what the word means without leaving the page."""

from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from dashboard.glossary import TERMS, Term
from dashboard.templatetags.drawing import icon


def about(context: Context, key: str) -> SafeString:
    """{% about "digest" %}: a mark that opens the explanation of the word, from dashboard/glossary.py.

    A browser opens it by itself (popover), so it works without scripts. On a page each word is explained once, however
    many marks lead there.
    """
    term = TERMS[key]
    return format_html("{}{}", _mark(key, term), _words(key, term) if _is_first(context, key) else "")


def _is_first(context: Context, key: str) -> bool:
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return True
    told: set[str] = request.__dict__.setdefault("explained", set())
    first = key not in told
    told.add(key)
    return first


def _mark(key: str, term: Term) -> SafeString:
    return format_html(
        '<button type="button" class="about" popovertarget="about-{}" data-about="{}" aria-label="{}">'
        '<span aria-hidden="true">?</span></button>',
        key,
        key,
        gettext("What does “%(word)s” mean?") % {"word": term.name},
    )


def _words(key: str, term: Term) -> SafeString:
    command = format_html("<code>{}</code>", term.command) if term.command else ""
    return format_html(
        '<span class="about-words" id="about-{0}" popover role="note"><b>{1}</b><span>{2}</span>{3}'
        '<span class="about-foot"><a href="{4}#{0}">{5}</a>'
        '<button type="button" class="btn btn-sm" popovertarget="about-{0}" popovertargetaction="hide"'
        ' data-known="{0}">{6}{7}</button></span></span>',
        key,
        term.name,
        term.text,
        command,
        reverse("glossary"),
        gettext("All words"),
        icon("check"),
        gettext("Got it"),
    )
