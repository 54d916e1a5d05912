"""What can go wrong with an engine, in a sentence that a person understands; nothing else leaves hosts.engine."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.models.redaction import latest

SENTENCE_LIMIT = 500
DETAIL_LIMIT = 4096
# What is cut later is masked first: half a secret is one, and nobody would know it any more.
_LOOKED_AT = 32 << 10


class EngineError(Exception):
    """`sentence` is for people and translated; `detail` is what the engine or the library said, hostile and bounded.
    Both are masked: engines repeat the commands and variables that they could not use.

    `outcome_unknown`: whether a change that was under way may have happened all the same.
    """

    outcome_unknown: ClassVar[bool] = False
    # What a person can do about any error of this kind.
    todo: ClassVar[str | Promise] = ""

    def __init__(self, sentence: str, detail: str = "") -> None:
        self.sentence = cut(latest().text(cut(sentence, _LOOKED_AT)), SENTENCE_LIMIT)
        self.detail = cut(latest().text(cut(detail, _LOOKED_AT)), DETAIL_LIMIT)
        super().__init__(self.sentence)

    @property
    def advice(self) -> str:
        """The sentence, and what to do where that is known of errors of this kind."""
        return f"{self.sentence} {self.todo}".strip()


class AddressError(EngineError, ValueError):
    """An address or a key that cannot be used as it was written; `field` is the column of Host to mend."""

    def __init__(self, sentence: str, field: str = "url", detail: str = "") -> None:
        super().__init__(sentence, detail)
        self.field = field


class Unreachable(EngineError):
    """Nobody answers there: nothing was sent, so nothing happened."""

    todo = gettext_lazy("See whether the machine is on and whether Docker runs there.")


class TimedOut(EngineError):
    """The engine took the request and did not answer in time."""

    outcome_unknown = True
    todo = gettext_lazy("It may have happened all the same: look at the object before you try again.")


class Lost(EngineError):
    """The connection broke after the request was sent."""

    outcome_unknown = True
    todo = gettext_lazy("It may have happened all the same: look at the object before you try again.")


class Refused(EngineError):
    """Somebody answers and will not let us in: TLS, SSH, or the rights on a socket."""


class TooOld(EngineError):
    """The engine and Quayside have no version of the API in common."""


class BadAnswer(EngineError):
    """What came back is no answer of an engine: garbage, half of one, too large, or a redirect."""

    outcome_unknown = True


class ChangedEngine(EngineError):
    """Another engine answers at a known address."""


class HostDisabled(EngineError):
    """The host is switched off in Quayside."""


class NotFound(EngineError):
    """The engine has no such object."""


class Conflict(EngineError):
    """The object's state does not allow it, such as removing what is in use."""


class Invalid(EngineError):
    """The engine does not accept what was asked."""


class Failed(EngineError):
    """The engine tried and failed."""


class RegistryDenied(EngineError):
    """The registry wants another login, or the login may not do this."""

    todo = gettext_lazy(
        "Check the name for a wrong spelling; if it is right, store a login for this registry under Registries."
    )


class RegistryUnreachable(EngineError):
    """The engine does not reach the registry."""

    todo = gettext_lazy(
        "Check the registry's address, and from the host whether its network and name service reach it."
    )


class DiskFull(Failed):
    """The engine's machine has no space left."""

    todo = gettext_lazy("Remove images and volumes that nothing uses; the host's page can measure what takes the room.")


class Cancelled(EngineError):
    """Somebody called it off."""

    def __init__(self, sentence: str = "", detail: str = "") -> None:
        super().__init__(sentence or _("Cancelled."), detail)


def cut(text: str, limit: int) -> str:
    """The text, no longer than the limit; an ellipsis says that it went on."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
