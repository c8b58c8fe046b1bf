"""Text that is heard together goes on together, in its order; nothing else is joined or lost."""

import pytest

from peon.providers.breath import BreathSink
from peon.runtime.long_text import LongText
from peon_protocol.ids import ItemId
from peon_protocol.provider_events import ProviderEvent, ReasoningDelta, TextDelta, TurnEnded
from peon_protocol.values import StopReason

ONE, OTHER = ItemId("one"), ItemId("other")
END = TurnEnded(stop_reason=StopReason.END_TURN)


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[ProviderEvent] = []

    def provider_event(self, event: ProviderEvent) -> None:
        self.events.append(event)


def text(words: str, item_id: ItemId = ONE) -> TextDelta:
    return TextDelta(text=words, item_id=item_id)


def thought(words: str, item_id: ItemId = ONE) -> ReasoningDelta:
    return ReasoningDelta(text=words, item_id=item_id)


def heard(*events: ProviderEvent) -> list[ProviderEvent]:
    """What is passed on of events that are heard in one breath."""
    told = Told()
    sink = BreathSink(told)

    def hear(_: bytes) -> bool:
        for event in events:
            sink.provider_event(event)
        return True

    assert sink.breath(hear, b"")
    return told.events


def test_pieces_of_one_text_are_joined() -> None:
    assert heard(text("a"), text("b"), text("c")) == [text("abc")]
    assert heard(thought("a"), thought("b")) == [thought("ab")]


def test_other_texts_and_other_events_stay_in_their_order() -> None:
    events: list[ProviderEvent] = [text("a"), thought("b"), text("c", OTHER), END, text("d")]
    assert heard(*events) == events
    assert heard(text("a"), END, text("b"), text("c"), END) == [text("a"), END, text("bc"), END]


def test_a_text_that_is_too_long_for_memory_stays_by_itself() -> None:
    long = TextDelta(text=LongText.of(lambda: iter(("x",)), 1), item_id=ONE)
    assert [id(each) for each in heard(long, long)] == [id(long), id(long)]


def test_what_is_said_at_another_time_is_passed_on_at_once() -> None:
    told = Told()
    sink = BreathSink(told)
    for words in "ab":
        sink.provider_event(text(words))
    assert told.events == [text("a"), text("b")]


def test_what_was_understood_before_a_fault_comes_before_what_is_said_of_it() -> None:
    told = Told()
    sink = BreathSink(told)

    def hear(_: bytes) -> bool:
        sink.provider_event(text("a"))
        raise ValueError("our side broke")

    with pytest.raises(ValueError, match="our side broke"):
        sink.breath(hear, b"")
    sink.provider_event(END)
    assert told.events == [text("a"), END]
