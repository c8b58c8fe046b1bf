"""An owner with a long log to read says how far it is: it is waited for, and clients show it."""

import json
import os
import time
from collections.abc import Iterator

import pytest

from peon.attach.account import Account
from peon.attach.peeking import sent
from peon.attach.starting import START_SECONDS, Reading, _last_words
from peon.cli.owning import Starter

GREETING = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"workDoneToken":"start"}}'


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def test_an_owner_that_gets_on_is_waited_for(pipe: tuple[int, int]):
    reading, writing = pipe
    told: list[Reading] = []
    starter = Starter(writing, iter((0.0, 1.0, 2.0)).__next__)
    for sequence in (1_000, 2_000):
        starter.tell_reading(sequence, 3_000)
    starter.tell({"peon": "ready"})

    # Whoever waits has waited long enough, but for the news.
    last = _last_words(reading, time.monotonic(), told.append)

    assert told == [Reading(1_000, 3_000), Reading(2_000, 3_000)]
    assert json.loads(last or b"") == {"peon": "ready"}


def test_an_owner_that_says_nothing_is_not(pipe: tuple[int, int]):
    reading, writing = pipe
    assert _last_words(reading, time.monotonic(), lambda _: None) is None
    os.close(writing)


def test_news_come_no_more_often_than_they_can_be_read(pipe: tuple[int, int]):
    reading, writing = pipe
    starter = Starter(writing, iter((0.0, 1.0, 1.1, 1.2)).__next__)
    for sequence in (1_000, 2_000, 3_000):
        starter.tell_reading(sequence, 100_000)
    starter.leave()
    told: list[Reading] = []

    _last_words(reading, time.monotonic() + START_SECONDS, told.append)

    assert told == [Reading(1_000, 100_000)]


def test_a_client_that_wants_to_show_a_start_can_show_how_far_it_is():
    account = Account()
    account.enter(sent(GREETING), GREETING)

    told = [*account.starting(500, 2_000), *account.starting(1_000, 2_000), *account.started()]

    assert [json.loads(each)["params"] for each in told] == [
        {
            "token": "start",
            "value": {
                "kind": "begin",
                "title": "Reading the history",
                "message": "event 500 of 2,000",
                "percentage": 25,
            },
        },
        {
            "token": "start",
            "value": {"kind": "report", "message": "event 1,000 of 2,000", "percentage": 50},
        },
        {"token": "start", "value": {"kind": "end", "message": "The history is read."}},
    ]
    assert account.started() == []


@pytest.mark.parametrize(
    "params", [b"{}", b'{"workDoneToken":null}', b'{"workDoneToken":true}', b"[]"]
)
def test_a_client_that_shows_no_start_is_told_nothing(params: bytes):
    body = GREETING.replace(b'{"workDoneToken":"start"}', params)
    account = Account()
    account.enter(sent(body), body)

    assert [*account.starting(500, 2_000), *account.started()] == []
