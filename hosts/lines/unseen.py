"""Which characters does nobody see? Names that differ by nothing else look the same."""

from __future__ import annotations

import re

# Controls but those of white space, and what has no width, is blank, or turns the direction of writing around.
_ANYWHERE = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
# In a name also white space that is no space, and what joins letters or chooses between their forms.
_IN_A_NAME = r"\t\n\r\u00a0\u1680\u2000-\u200a\u200c\u200d\u202f\u205f\u3000\ufe00-\ufe0f"
_UNSEEN, _UNSEEN_IN_A_NAME = re.compile(f"[{_ANYWHERE}]"), re.compile(f"[{_ANYWHERE}{_IN_A_NAME}]")


def visible(text: str, *, name: bool) -> str:
    """The text with each such character written out, as `\\u{202E}`."""
    return (_UNSEEN_IN_A_NAME if name else _UNSEEN).sub(lambda found: f"\\u{{{ord(found[0]):04X}}}", text)


def has_unseen(name: str) -> bool:
    return _UNSEEN_IN_A_NAME.search(name) is not None
