"""Messages that need no model: bare acknowledgements and friendly emoji say nothing about the relationship."""

import re
import unicodedata
from collections.abc import Iterable

from models.courtesies import is_pleasantry

_FRIENDLY = re.compile(
    "[👍👌🙏✅🙂😀😃😄😊☺🎉❤💪👋🚀✔]|[\U0001f3fb-\U0001f3ff]"
    "|:(?:\\+1|thumbsup|ok_hand|pray|white_check_mark|heavy_check_mark|slightly_smiling_face|smile|smiley|grinning"
    "|blush|tada|heart|muscle|wave|rocket)(?::skin-tone-[2-6])?:"
)
_EMOJI_NAME = re.compile(r":[a-z0-9_+-]+:")


def says_nothing(texts: Iterable[str]) -> bool:
    """Whether every one of the texts is nothing but a pleasantry, with no emoji that could mean anything else."""
    return all(is_pleasantry(text) and not _has_other_emoji(text) for text in texts)


def _has_other_emoji(text: str) -> bool:
    left = _FRIENDLY.sub("", text)
    return bool(_EMOJI_NAME.search(left)) or any(unicodedata.category(char) == "So" for char in left)
