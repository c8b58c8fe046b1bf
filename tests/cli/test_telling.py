"""Every event has its sentence, and no event commands the terminal it is shown on."""

import json
from pathlib import Path

import pytest

from peon.cli.demo.picture import draw_turn
from peon.cli.running.output import Heard
from peon.cli.telling import Teller, one_line, printable
from peon.wire import EVENT_TYPES, structure
from peon_protocol.events import StoredEvent
from peon_protocol.ids import ItemId
from support.sources import ROOT

STORY = json.loads((ROOT / "protocol" / "examples" / "story.json").read_text("utf-8"))
ERASED = json.loads(
    (ROOT / "protocol" / "examples" / "events" / "event.erased.1.json").read_text("utf-8")
)
EVENTS = [structure(raw, StoredEvent, root="$") for raw in (*STORY, ERASED)]
ITEM = ItemId("item")


def test_every_event_of_a_whole_story_is_told_in_one_line():
    teller = Teller()
    told = {event.type: teller.tell(event) for event in EVENTS}
    assert told.keys() == EVENT_TYPES.keys()
    assert [kind for kind, sentence in told.items() if not sentence or "\n" in sentence] == []


def test_what_was_said_once_is_remembered():
    teller = Teller()
    told = {event.type: teller.tell(event) for event in EVENTS}
    assert "«Before turn 1»" in told["checkpoint.restored"]


@pytest.mark.parametrize(
    "text,shown",
    [
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("a\r\nb", "a\nb"),
        ("over\rwritten", "over\ufffdwritten"),
        ("c1 \x9b31m", "c1 \ufffd31m"),
        ("tab\tand ü", "tab\tand ü"),
    ],
)
def test_what_would_command_a_terminal_is_taken_out(text: str, shown: str):
    assert printable(text) == shown


def test_a_long_text_is_cut():
    assert len(one_line("x" * 10_000)) == 300


def test_the_same_events_make_the_same_picture():
    one, other = (draw_turn(EVENTS, Path("/home/user/greeter")) for _ in range(2))
    assert one == other
    assert one.startswith("<svg")
    assert "http" not in one.replace("http://www.w3.org/2000/svg", "")


def test_text_that_comes_twice_is_heard_once():
    heard = Heard()
    said = [
        heard.news(ITEM, 0, "grün", may_skip=True),
        heard.news(ITEM, 5, "er T", may_skip=True),
        heard.news(ITEM, 0, "grüner Tee", may_skip=False),
        heard.news(ITEM, 11, " bitte", may_skip=False),
    ]
    assert said == ["grün", "er T", "ee", " bitte"]


def test_a_fragment_behind_a_gap_waits_for_the_event():
    heard = Heard()
    assert heard.news(ITEM, 4, "late", may_skip=True) == ""
    assert heard.news(ITEM, 0, "not late", may_skip=False) == "not late"
