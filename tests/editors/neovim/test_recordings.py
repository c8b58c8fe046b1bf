"""What recordings hold: every type of event that a server sends within a minute of its life."""

import json
from typing import get_args

from editors.record import RECORDINGS, STORIES
from peon_protocol.events import Event

AFTER_DAYS = {"checkpoint.expired", "event.erased", "thread.erased"}
"""Told when days have passed: no recording holds them, the units fold their golden examples."""


def test_no_type_of_event_is_missing_but_those_that_come_after_days():
    types = {each.TYPE for each in get_args(Event)}
    told = {
        event["type"]
        for recording in RECORDINGS.glob("*.json")
        for message in json.loads(recording.read_text())["notifications"]
        for event in message["params"].get("events", ())
    }
    assert types - told == AFTER_DAYS


def test_every_story_is_recorded():
    assert {path.stem for path in RECORDINGS.glob("*.json")} == set(STORIES)


def test_no_recording_tells_of_the_machine_it_was_made_on():
    for path in RECORDINGS.glob("*.json"):
        assert "/tmp/" not in path.read_text(), path.name
