"""`peon log`: what happened, read from outside, and whether every byte is as it was written."""

import json
from pathlib import Path

import pytest

from support.command_line import CommandLine, contents, peon, segment_of


def test_an_event_is_a_line_that_a_person_can_read(peon_with_history: CommandLine):
    done = peon_with_history("log")
    lines = done.out.splitlines()
    assert done.code == 0
    assert [line.split()[0] for line in lines] == [str(n) for n in range(1, len(lines) + 1)]
    assert any("turn.started" in line and "think Let me see." in line for line in lines)
    assert any("Write a.txt: done" in line for line in lines)


def test_json_is_what_the_log_holds(peon_with_history: CommandLine):
    stored = segment_of(peon_with_history.state).read_text().splitlines()[1:]
    events = [event for line in stored for event in json.loads(line.partition(" ")[2])]
    done = peon_with_history("log", "--json", "--limit", "0")
    assert [json.loads(line) for line in done.out.splitlines()] == events


def test_the_last_events_are_shown_unless_a_place_is_named(peon_with_history: CommandLine):
    head = len(peon_with_history("log", "--json").out.splitlines())
    last = peon_with_history("log", "--json", "--limit", "2").out.splitlines()
    first = peon_with_history("log", "--json", "--limit", "2", "--after", "3").out.splitlines()
    assert [json.loads(line)["sequence"] for line in last] == [head - 1, head]
    assert [json.loads(line)["sequence"] for line in first] == [4, 5]


def test_a_noun_a_type_and_a_thread_narrow_it(peon_with_history: CommandLine):
    done = peon_with_history("log", "--type", "turn", "--type", "project.created", "--json")
    events = [json.loads(line) for line in done.out.splitlines()]
    kinds = [event["type"] for event in events]
    assert kinds == ["project.created", "turn.started", "turn.completed"]

    thread = events[1]["streamId"]
    narrow = peon_with_history("log", "--thread", thread[:8], "--json")
    assert {json.loads(line)["streamId"] for line in narrow.out.splitlines()} == {thread}

    nothing = peon_with_history("log", "--thread", "nobody")
    assert (nothing.code, nothing.out) == (0, "")
    assert "No event fits" in nothing.err


def test_a_type_that_is_none_is_refused(peon_with_history: CommandLine):
    done = peon_with_history("log", "--type", "turns")
    assert done.code == 2
    assert "turns" in done.err


@pytest.mark.parametrize("options", [(), ("--verify",)])
def test_where_there_is_no_log_it_says_how_one_begins(
    peon_here: CommandLine, options: tuple[str, ...]
):
    done = peon_here("log", *options)
    assert (done.code, done.out) == (0, "")
    assert "peon run" in done.err
    assert not peon_here.state.exists()


@pytest.mark.parametrize("options", [(), ("--json",), ("--verify",)])
def test_reading_changes_nothing(peon_with_history: CommandLine, options: tuple[str, ...]):
    before = contents(peon_with_history.state)
    assert peon_with_history("log", *options).code == 0
    assert contents(peon_with_history.state) == before


def test_a_log_is_read_while_a_server_owns_it(peon_with_history: CommandLine):
    with peon_with_history.serve() as server:
        server.begin()
        assert peon_with_history("log").code == 0
        assert peon_with_history("log", "--verify").code == 0
        assert server.result("server/status")["health"] == "ok"


def test_a_whole_log_is_told_to_be_whole(peon_with_history: CommandLine):
    done = peon_with_history("log", "--verify")
    assert done.code == 0
    assert "every checksum fits" in done.out
    assert "snapshot" in done.out


@pytest.mark.parametrize("options", [("--limit", "0"), ("--verify",)])
def test_a_flipped_bit_is_found_by_file_and_byte(
    peon_with_history: CommandLine, options: tuple[str, ...]
):
    segment = segment_of(peon_with_history.state)
    log = bytearray(segment.read_bytes())
    log[len(log) // 3] ^= 4
    segment.write_bytes(log)
    before = contents(peon_with_history.state)

    done = peon_with_history("log", *options)

    assert done.code == 1
    assert f"{segment} is damaged at byte" in done.out + done.err
    assert "Traceback" not in done.err
    assert contents(peon_with_history.state) == before


def test_a_write_that_did_not_finish_is_no_damage(peon_with_history: CommandLine):
    segment = segment_of(peon_with_history.state)
    with segment.open("ab") as file:
        file.write(b'0123abcd [{"sequence":')

    listed, verified = (peon_with_history("log", *options) for options in ((), ("--verify",)))

    assert [listed.code, verified.code] == [0, 0]
    assert "the last write is not whole" in verified.out


def test_a_state_folder_that_is_a_file_is_refused(tmp_path: Path):
    (tmp_path / "state").write_text("mine")
    done = peon("log", "--state-dir", str(tmp_path / "state"))
    assert done.code == 1
    assert "Traceback" not in done.err
