"""A prompt that cannot be taken is refused before its turn is started."""

from typing import Final

import attrs
import pytest

from peon.domain.facts import Takes
from peon.domain.prompts import LARGEST
from peon_protocol.commands import EditMessage, QueueMessage, StartTurn, SteerTurn
from peon_protocol.ids import MessageId
from peon_protocol.rejections import PromptNotSupported, PromptTooLarge
from peon_protocol.values import (
    AudioContent,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    Prompt,
    ResourceContents,
    ResourceLink,
    TextContent,
)
from support.given import PROVIDERS, given
from support.story import TALK, a_running_turn, an_idle_thread

A: Final = MessageId("a")
ROSES: Final = QueueMessage(thread_id=TALK, message_id=A, prompt="roses")
IMAGE: Final = ImageContent("aGk=", "image/png")
TEXT: Final = Takes(content=frozenset({"text", "resource_link"}), text=10)


def refused_as_too_large(prompt: Prompt, size: int, takes: Takes | None = None) -> None:
    """Whichever way it is told, the prompt is refused."""
    known = attrs.evolve(PROVIDERS, takes=takes)
    limit = LARGEST if takes is None else takes.text or 0
    too_large = PromptTooLarge(size, limit, "bytes" if takes is None else "characters of text")
    idle, busy = given(an_idle_thread()), given(a_running_turn())
    idle.when(StartTurn(thread_id=TALK, prompt=prompt), providers=known).refused(too_large)
    idle.when(QueueMessage(thread_id=TALK, prompt=prompt), providers=known).refused(too_large)
    busy.when(SteerTurn(thread_id=TALK, prompt=prompt), providers=known).refused(too_large)
    busy.and_then(ROSES).when(
        EditMessage(thread_id=TALK, message_id=A, prompt=prompt), providers=known
    ).refused(too_large)


@pytest.mark.parametrize(
    "prompt",
    [
        "x" * (LARGEST + 1),
        (TextContent("x" * LARGEST), TextContent("y")),
        (ImageContent("x" * (LARGEST + 1), "image/png"),),
        (AudioContent("x" * (LARGEST + 1), "audio/wav"),),
        (EmbeddedResource(ResourceContents("file:///x", blob="x" * (LARGEST + 1))),),
        (EmbeddedResource(ResourceContents("file:///x", text="x" * (LARGEST + 1))),),
    ],
)
def test_there_is_an_end_to_a_prompt(prompt: Prompt):
    refused_as_too_large(prompt, LARGEST + 1)


def test_letters_are_counted_as_they_are_written():
    refused_as_too_large("é" * (LARGEST // 2 + 1), LARGEST + 2)


def test_a_prompt_may_be_as_long_as_that():
    prompt = "x" * LARGEST
    given(an_idle_thread()).when(StartTurn(thread_id=TALK, prompt=prompt)).then_it_is(
        "turn.started"
    )


@pytest.mark.parametrize(
    "block,kind",
    [
        (IMAGE, "image"),
        (AudioContent("aGk=", "audio/wav"), "audio"),
        (EmbeddedResource(ResourceContents("file:///x", text="x")), "resource"),
    ],
)
def test_what_the_agent_is_known_not_to_take_is_refused(block: ContentBlock, kind: str):
    known = attrs.evolve(PROVIDERS, takes=TEXT)
    prompt = (TextContent("see"), block)
    not_taken = PromptNotSupported("script", kind)
    idle, busy = given(an_idle_thread()), given(a_running_turn())

    idle.when(StartTurn(thread_id=TALK, prompt=prompt), providers=known).refused(not_taken)
    idle.when(QueueMessage(thread_id=TALK, prompt=prompt), providers=known).refused(not_taken)
    busy.when(SteerTurn(thread_id=TALK, prompt=prompt), providers=known).refused(not_taken)
    busy.and_then(ROSES).when(
        EditMessage(thread_id=TALK, message_id=A, prompt=prompt), providers=known
    ).refused(not_taken)


def test_more_text_than_the_agent_is_known_to_take_is_refused():
    refused_as_too_large("x" * 11, 11, TEXT)
    refused_as_too_large((TextContent("x" * 5), TextContent("y" * 6)), 11, TEXT)
    embedded = EmbeddedResource(ResourceContents("file:///x", text="x" * 11))
    refused_as_too_large((embedded,), 11, Takes(text=10))


@pytest.mark.parametrize("takes", [None, Takes(), Takes(content=frozenset({"image"}), text=10)])
def test_what_is_not_known_is_left_to_the_agent(takes: Takes | None):
    providers = attrs.evolve(PROVIDERS, takes=takes)

    given(an_idle_thread()).when(
        StartTurn(thread_id=TALK, prompt=(IMAGE,)), providers=providers
    ).then_it_is("turn.started")


def test_text_and_links_are_taken():
    providers = attrs.evolve(PROVIDERS, takes=TEXT)
    prompt = (TextContent("see"), ResourceLink("file:///roses", "roses"))

    given(an_idle_thread()).when(
        StartTurn(thread_id=TALK, prompt=prompt), providers=providers
    ).then_it_is("turn.started")
