"""Tells an agent that begins afresh what was said in the thread before, with its first prompt."""

from collections.abc import Callable
from typing import Final

from peon.errors import Unavailable
from peon_protocol.values import (
    ContentBlock,
    EmbeddedResource,
    Prompt,
    ResourceContents,
    TextContent,
)

TRANSCRIPT_URI: Final = "peon:transcript"
"""What the attachment is called: an agent that takes its prompt literally must not take this so."""


def retold(prompt: Prompt, transcript: str, check: Callable[[Prompt], None]) -> Prompt:
    """The prompt behind the transcript: attached, or as text where `check` says Unavailable."""
    held = ResourceContents(uri=TRANSCRIPT_URI, mime_type="text/markdown", text=transcript)
    attached = _behind(EmbeddedResource(held), prompt)
    try:
        check(attached)
    except Unavailable:
        return _behind(TextContent(transcript), prompt)
    return attached


def _behind(block: ContentBlock, prompt: Prompt) -> Prompt:
    return (block, *((TextContent(prompt),) if isinstance(prompt, str) else prompt))
