"""What a prompt must be before anybody is asked: it says something, and somebody can take it."""

from typing import Final

from peon.domain.facts import Facts
from peon.errors import CommandRejected
from peon_protocol.rejections import PromptEmpty, PromptNotSupported, PromptTooLarge
from peon_protocol.values import (
    AudioContent,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    Prompt,
    TextContent,
)

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a prompt with all that is attached. It is kept in the log and told to every client."""
BYTES: Final = "bytes"
CHARACTERS: Final = "characters of text"


def refuse_prompt(prompt: Prompt, provider: str, facts: Facts) -> None:
    """Raises CommandRejected where the prompt is empty, or is known not to be taken."""
    if is_empty(prompt):
        raise CommandRejected(PromptEmpty())
    if (size := _bytes_of(prompt)) > LARGEST:
        raise CommandRejected(PromptTooLarge(size, LARGEST, BYTES))
    takes = facts.providers.takes
    if takes is None:
        return
    if takes.content is not None:
        for block in () if isinstance(prompt, str) else prompt:
            if block.TYPE not in takes.content:
                raise CommandRejected(PromptNotSupported(provider, block.TYPE))
    if takes.text is not None and (size := characters_of(prompt)) > takes.text:
        raise CommandRejected(PromptTooLarge(size, takes.text, CHARACTERS))


def is_empty(prompt: Prompt) -> bool:
    """Whether a prompt asks nothing: blank text, or no block that says anything."""
    if isinstance(prompt, str):
        return not prompt.strip()
    return all(isinstance(block, TextContent) and not block.text.strip() for block in prompt)


def characters_of(prompt: Prompt) -> int:
    """How much text a prompt holds, embedded text included."""
    if isinstance(prompt, str):
        return len(prompt)
    return sum(map(_characters, prompt))


def _characters(block: ContentBlock) -> int:
    match block:
        case TextContent(text=text):
            return len(text)
        case EmbeddedResource(resource=held):
            return len(held.text or "")
        case _:
            return 0


def _bytes_of(prompt: Prompt) -> int:
    if isinstance(prompt, str):
        return _encoded(prompt)
    return sum(map(_held, prompt))


def _held(block: ContentBlock) -> int:
    match block:
        case TextContent(text=text):
            return _encoded(text)
        case ImageContent(data=data) | AudioContent(data=data):
            return len(data)
        case EmbeddedResource(resource=held):
            return _encoded(held.text or "") + len(held.blob or "")
        case _:
            return 0


def _encoded(text: str) -> int:
    """The length in UTF-8; what cannot be too long is not encoded to find that out."""
    return len(text) if len(text) * 4 <= LARGEST else len(text.encode("utf-8", "replace"))
