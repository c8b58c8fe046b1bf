"""A word that may begin a secret is not held back for ever: who pauses is heard to the end.

What is shown then tells nothing of a secret, and the rest of one is replaced when it comes.
"""

import heapq
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.providers.forms import PLACE
from peon.providers.redaction import RedactingSink, StreamedText
from peon.providers.secrets import Secrets
from peon.providers.silence import Silence
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import ProviderEvent, TextDelta, ToolCallUpdated, TurnEnded
from peon_protocol.values import ItemStatus, StopReason, TextContent

VALUE = "hunter-two-hundred"
TOKEN = "sk-" + "a1B2c3D4e5" * 4
SECRETS = Secrets((VALUE,))


@attrs.define
class Hand:
    """A timer that can be called off."""

    callback: Callable[[], None] | None

    def cancel(self) -> None:
        self.callback = None


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Hand]] = []

    def wake(self, delay: float, callback: Callable[[], None], /) -> Any:
        hand = Hand(callback)
        heapq.heappush(self._due, (self.now + delay, len(self._due), hand))
        return hand

    def passes(self, seconds: float) -> None:
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _, hand = heapq.heappop(self._due)
            if hand.callback is not None:
                hand.callback()
        self.now = end


class Listener:
    """Keeps what it is told."""

    def __init__(self, secrets: Secrets = SECRETS) -> None:
        self.clock = Clock()
        self.events: list[ProviderEvent] = []
        silence = Silence(0.3, lambda: self.clock.now, self.clock.wake)
        self.sink = RedactingSink(self, secrets, silence)

    def provider_event(self, event: ProviderEvent) -> None:
        self.events.append(event)

    def hears(self, text: str) -> None:
        self.sink.provider_event(TextDelta(text=text))

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.events if isinstance(each, TextDelta))


@pytest.mark.parametrize(
    "said",
    [
        "yes",
        "it is a g",
        "see sk",
        "Bearer",
        "a b",
        "-----",
        "see http://localhost",
        "this is h",
        "the variable is aws_secret_access_key",
    ],
)
def test_in_a_silence_what_tells_nothing_is_shown(said: str):
    listener = Listener()
    listener.hears(said)
    listener.clock.passes(0.31)
    assert listener.text == said


@pytest.mark.parametrize(
    "said, shown",
    [
        (f"it is {VALUE[:2]}", "it is "),
        (f"it is {VALUE[:-1]}", "it is "),
        (f"it is {TOKEN[:8]}", "it is "),
        ("see http://ada:lovelace", "see http"),
        ("Bearer abc123", ""),
    ],
)
def test_in_a_silence_no_part_of_a_secret_is_shown(said: str, shown: str):
    listener = Listener()
    listener.hears(said)
    listener.clock.passes(60)
    assert listener.text == shown
    listener.sink.provider_event(TurnEnded(stop_reason=StopReason.END_TURN))
    assert listener.text == said


def test_who_goes_on_is_not_cut_short():
    listener = Listener()
    for letter in "sk":
        listener.hears(letter)
        listener.clock.passes(0.2)
    assert listener.text == ""
    listener.clock.passes(0.11)
    assert listener.text == "sk"


def test_nothing_wakes_after_the_end():
    listener = Listener()
    listener.hears("s")
    listener.sink.provider_event(TurnEnded(stop_reason=StopReason.END_TURN))
    listener.clock.passes(1)
    assert [type(each) for each in listener.events] == [TextDelta, TurnEnded]


@pytest.mark.parametrize("secret, most", [(TOKEN, 3), (VALUE, 1), (f"Bearer {TOKEN}", 7)])
def test_a_secret_that_comes_in_two_parts_is_replaced(secret: str, most: int):
    """Wherever the pause is, no more is shown of it than how all of its kind begin."""
    for place in range(1, len(secret)):
        listener = Listener()
        listener.hears(f"it is {secret[:place]}")
        listener.clock.passes(1)
        shown_before = len(listener.text) - len("it is ")
        listener.hears(f"{secret[place:]} and more")
        listener.sink.provider_event(TurnEnded(stop_reason=StopReason.END_TURN))
        assert shown_before <= most
        assert PLACE in listener.text
        assert listener.text.startswith("it is ")
        assert listener.text.endswith(" and more")
        assert secret[most + 1 :] not in listener.text
        assert len(listener.text) <= len(f"it is Bearer sk-{PLACE} and more")


@given(
    pieces=st.lists(st.tuples(st.text("skbh-:/ aBe.\n", max_size=6), st.booleans()), max_size=12)
)
def test_pauses_change_no_text(pieces: list[tuple[str, bool]]):
    text = StreamedText(SECRETS)
    shown = ""
    for piece, pause in pieces:
        shown += text.feed(piece)
        if pause:
            shown += text.quiet()
    assert shown + text.rest() == "".join(piece for piece, _ in pieces)


def test_output_that_pauses_is_shown_to_its_end():
    listener = Listener()
    item = ItemId("tool")
    output = (TextContent("listening on s"),)
    listener.sink.provider_event(
        ToolCallUpdated(item_id=item, status=ItemStatus.RUNNING, content=output)
    )
    listener.clock.passes(1)
    shown = [each.content for each in listener.events if isinstance(each, ToolCallUpdated)]
    assert shown == [(TextContent("listening on "),), output]


def test_output_that_may_be_half_a_secret_waits_for_its_end():
    listener = Listener()
    item = ItemId("tool")
    output = (TextContent(f"it is {VALUE[:5]}"),)
    listener.sink.provider_event(
        ToolCallUpdated(item_id=item, status=ItemStatus.RUNNING, content=output)
    )
    listener.clock.passes(60)
    (shown,) = [each.content for each in listener.events if isinstance(each, ToolCallUpdated)]
    assert shown == (TextContent("it is "),)
