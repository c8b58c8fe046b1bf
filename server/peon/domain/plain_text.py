"""Text by others as it may stand in a commit: letters and lines, nothing that acts on a reader."""

import re
from typing import Final

_ESCAPES: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)"
)
"""What terminals obey, with its parameters."""
_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, those that turn the direction of text, and halves of characters."""


def plain(text: str) -> str:
    """The same without them; whatever breaks a line is a line feed."""
    return _HIDDEN.sub("", _BREAKS.sub("\n", _ESCAPES.sub("", text)))
