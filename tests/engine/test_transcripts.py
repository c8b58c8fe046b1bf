"""What an agent that begins afresh is told: the turns that count, the newest where it is too
much.
"""

import pytest

from peon.domain.model import Model
from peon.engine import transcripts
from peon.engine.transcripts import transcript_of
from peon_protocol.events import Event
from peon_protocol.ids import TurnId
from peon_protocol.values import ItemStatus
from support.given import Given, given
from support.story import (
    NOBODY,
    PROMPT,
    TALK,
    a_running_turn,
    a_tool_call,
    a_turn_started,
    an_idle_thread,
    its_first_checkpoint,
    text,
    the_end_of,
)

SECOND = TurnId("second")


def a_turn() -> Given:
    """A turn in which something was done and said."""
    return given(
        a_running_turn(),
        a_tool_call(ItemStatus.COMPLETED),
        text("t1-2", "The roses are watered.", status=ItemStatus.COMPLETED),
        the_end_of(),
    )


def told(model: Model) -> str:
    transcript = transcript_of(model, TALK)
    assert transcript is not None
    return transcript


def test_prompts_answers_and_tool_calls_are_told():
    transcript = told(a_turn().model)

    assert f"## Turn 1\n\nUser:\n{PROMPT}\n" in transcript
    assert "[Tool: Edit roses.txt, completed]" in transcript
    assert "Assistant:\nThe roses are watered.\n" in transcript


@pytest.mark.parametrize("story", [an_idle_thread(), a_running_turn()], ids=["none", "first turn"])
def test_where_nothing_was_said_before_nothing_is_told(story: tuple[Event, ...]):
    assert transcript_of(given(story).model, TALK) is None
    assert transcript_of(given(story).model, NOBODY) is None


def test_the_oldest_turns_are_left_out_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transcripts, "LONGEST", 100)
    model = (
        a_turn()
        .and_then(
            a_turn_started(SECOND, number=2),
            its_first_checkpoint(SECOND, number=2),
            the_end_of(SECOND),
        )
        .model
    )
    transcript = told(model)

    assert "[Earlier turns that are left out: 1.]" in transcript
    assert "## Turn 2" in transcript
    assert "## Turn 1" not in transcript


def test_a_long_message_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transcripts, "LONGEST_TEXT", 10)

    assert "Assistant:\nThe roses…\n" in told(a_turn().model)
