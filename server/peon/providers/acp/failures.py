"""What went wrong with a turn, wherever an agent says it: in an error, or as if it were an answer.

The code a program can use is the most telling one there is; the message is the agent's own.
"""

import re
from typing import Final

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.connection import AgentError
from peon.providers.refusals import in_words, refusal
from peon_protocol.provider_events import ProviderError
from peon_protocol.values import JsonValue

LONGEST: Final = 4096
"""Characters: what is longer is an answer."""
_WORDS: Final = ("details", "detail", "message")
_CODES: Final = ("code", "errorKind", "codex_error_info", "errorName", "type")
_AS_ANSWER: Final = tuple(
    re.compile(form, re.DOTALL)
    for form in (
        r"exceeded retry limit, last status: (?P<status>\d{3})\b.{0,200}",
        r"unexpected status (?P<status>\d{3})\b.{0,2000}",
        r"stream (?:disconnected before completion|error)\b.{0,2000}",
        r"We\u2019re currently experiencing high demand, which may cause temporary errors\.",
        r"You've hit your usage limit\b.{0,500}",
        r"API Error: (?P<status>\d{3})\b.{0,2000}",
    )
)
"""What adapters show as a message of the agent, and the turn as ended well, when the model fails.

A turn is taken for failed only where all that its last message says is one of these.
"""


def of_error(error: AgentError) -> ProviderError:
    """The failure that an error is."""
    code = next((told for n in _CODES if (told := raw.text(error.details, n))), str(error.code))
    return ProviderError(code=code, message=_message(error))


def of_answer(text: str) -> ProviderError | None:
    """The failure that a message is, if it is one."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    if (body := refusal(text)) is not None:
        return ProviderError(code=body.code or "model.failed", message=body.message)
    for form in _AS_ANSWER:
        if (found := form.fullmatch(text)) is not None:
            status = found.groupdict().get("status")
            return ProviderError(code=f"http.{status}" if status else "model.failed", message=text)
    return None


def _message(error: AgentError) -> str:
    """Its own words, and those of its details where they say more."""
    said, more = in_words(error.message), in_words(_told(error.details))
    return f"{said}: {more}" if more and more not in said else said


def _told(details: JsonValue) -> str:
    """What the details of an error say."""
    if isinstance(details, str):
        return details
    return next((text for name in _WORDS if (text := raw.text(details, name))), "")
