"""`peon run` in every ending, for scripts and for people."""

import json
import os
import pty
import select
import signal
import sys
from pathlib import Path

import psutil
import pytest

from support import rogue_agent
from support.command_line import SECONDS, CommandLine, Done, environment_of_child
from support.warm.process import Process, begin_at


def run(peon_here: CommandLine, prompt: str, project: Path, *options: str) -> Done:
    return peon_here("run", prompt, "--project", str(project), *options)


def test_a_turn_that_completes_ends_with_0(peon_here: CommandLine, project: Path):
    done = run(peon_here, "say Hello.\nwrite a.txt one", project, "--mode", "full")
    assert (done.code, done.out) == (0, "Hello.\n")
    assert "Write a.txt: approved by the mode full" in done.err
    assert (project / "a.txt").read_text() == "one"


@pytest.mark.parametrize(
    "prompt,why", [("fail broken It broke.", "broken: It broke."), ("crash", "agent.exited")]
)
def test_a_turn_that_fails_ends_with_1(
    peon_here: CommandLine, project: Path, prompt: str, why: str
):
    done = run(peon_here, prompt, project)
    assert done.code == 1
    assert f"turn 1 failed: {why}" in done.err


def test_the_next_turn_of_a_folder_is_of_the_same_project_and_nobody_is_asked(
    peon_with_history: CommandLine, history: Path
):
    """Without a terminal what would ask is rejected; with --json the events are what is printed."""
    done = run(peon_with_history, "write a.txt three", history / "project", "--json")

    assert done.code == 0, done.err
    assert "rejected: Write a.txt" in done.err
    assert "--mode edits" in done.err
    assert (history / "project" / "a.txt").read_text() == "one\ntwo"

    events = [json.loads(line) for line in done.out.splitlines()]
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    assert [events[0]["type"], events[-1]["type"]] == ["thread.created", "turn.completed"]
    assert len({event["streamId"] for event in events}) == 1
    assert {"action.requested", "action.resolved"} <= {event["type"] for event in events}

    created = peon_with_history("log", "--type", "project.created", "--type", "thread.created")
    assert len(created.out.splitlines()) == 3


@pytest.mark.parametrize(
    "options,word",
    [
        (("--provider", "nobody"), "peon doctor"),
        (("--mode", "sometimes"), "edits"),
        (("--project", "/nowhere/at/all"), "/nowhere/at/all"),
    ],
)
def test_a_command_line_that_does_not_fit_ends_with_2(
    peon_here: CommandLine, project: Path, options: tuple[str, ...], word: str
):
    done = run(peon_here, "say Hello.", project, *options)
    assert done.code == 2
    assert word in done.err
    assert "Traceback" not in done.err


def test_a_blank_prompt_ends_with_2(peon_here: CommandLine, project: Path):
    done = run(peon_here, " \n", project)
    assert done.code == 2
    assert not peon_here.state.exists()


def test_a_state_that_a_server_owns_is_refused_with_what_to_do(
    peon_here: CommandLine, project: Path
):
    with peon_here.serve() as owner:
        owner.begin()
        done = run(peon_here, "say Hello.", project)
    assert done.code == 1
    assert f"process {owner.process.pid}" in done.err
    assert "--state-dir" in done.err


def test_ctrl_c_stops_the_turn_and_ends_with_3(peon_here: CommandLine, project: Path):
    running = peon_here.start("run", "sleep 600", "--project", str(project), "--json")
    seen = _until(running, "session.opened")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=SECONDS)
    events = [*seen, *(json.loads(line) for line in out.splitlines())]
    assert running.returncode == 3, err
    assert "turn.interruptRequested" in [event["type"] for event in events]
    assert events[-1]["payload"]["stopReason"] == "cancelled"


def test_a_second_ctrl_c_leaves_at_once(peon_here: CommandLine, project: Path):
    running = peon_here.start("run", "sleep 600", "--project", str(project), "--json")
    _until(running, "session.opened")
    server = _server_of(running)
    server.suspend()
    try:
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None
        assert b"again" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=SECONDS)
    finally:
        server.resume()
    assert running.returncode == 3
    server.wait(timeout=SECONDS)


def test_a_server_that_dies_is_told_of(peon_here: CommandLine, project: Path):
    running = peon_here.start("run", "sleep 600", "--project", str(project), "--json")
    _until(running, "session.opened")
    _server_of(running).kill()
    _, err = running.communicate(timeout=SECONDS)
    assert running.returncode == 1
    assert b"ended unexpectedly" in err
    assert b"Traceback" not in err


def test_whoever_stops_reading_stops_the_turn(peon_here: CommandLine, project: Path):
    prompt = "say Hello.\nsleep 1\nsay More.\nwrite a.txt one\nsleep 600"
    with peon_here.start("run", prompt, "--project", str(project), "--json") as running:
        _until(running, "session.opened")
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.wait(timeout=SECONDS) == 3
        assert b"Traceback" not in running.stderr.read()


def test_at_a_terminal_a_person_is_asked(peon_here: CommandLine, project: Path):
    prompt = "write a.txt one\nwrite b.txt two\nsay Done."
    answers = [
        (b"Allow Write a.txt? [y/n] ", b"perhaps\n"),
        (b"[y/n] ", b"y\n"),
        (b"[y/n] ", b"n\n"),
    ]
    code, shown = _at_terminal(peon_here, project, prompt, answers)
    assert code == 0
    assert "+ one" in shown
    assert "Done." in shown
    assert sorted(path.name for path in project.iterdir()) == ["a.txt"]


def test_at_a_terminal_a_question_is_answered_field_by_field(peon_here: CommandLine, project: Path):
    prompt = "ask Where to?; place!: ours / public; count: integer; token!: secret\nsay $token."
    answers = [
        (b"Answer Where to? [y/n] ", b"y\n"),
        (b"its number: ", b"3\n"),
        (b"its number: ", b"2\n"),
        (b"count: ", b"\n"),
        (b"token: ", b"hush-hush\n"),
    ]
    code, shown = _at_terminal(peon_here, project, prompt, answers)
    assert code == 0
    assert "expected one of ours, public" in shown
    assert "Answered: place: public; token: (secret)." in shown
    assert "hush" not in shown


def test_without_a_terminal_nothing_is_answered(peon_here: CommandLine, project: Path):
    done = peon_here("run", "ask Where to?; place!\nsay Next.", "--project", str(project))
    assert done.code == 0
    assert "rejected: Where to?. There is no terminal to ask at. Run it at a terminal" in done.err
    assert "Not answered." in done.out


def test_at_a_terminal_ctrl_c_withdraws_the_question(peon_here: CommandLine, project: Path):
    code, shown = _at_terminal(peon_here, project, "write a.txt one", [(b"[y/n] ", b"\x03")])
    assert code == 3
    assert "withdrawn by the end of the turn" in shown
    assert list(project.iterdir()) == []


def _until(running: Process, kind: str) -> list[dict[str, object]]:
    """The events up to the first of a type."""
    assert running.stdout is not None
    seen: list[dict[str, object]] = []
    for line in running.stdout:
        seen.append(json.loads(line))
        if seen[-1]["type"] == kind:
            return seen
    raise AssertionError(f"it ended before {kind}: {seen}")


def _server_of(running: Process) -> psutil.Process:
    [server] = psutil.Process(running.pid).children()
    return server


def _at_terminal(
    peon_here: CommandLine, project: Path, prompt: str, answers: list[tuple[bytes, bytes]]
) -> tuple[int, str]:
    """Run at a terminal of its own and type each answer when its question is there."""
    place = ("--project", str(project), "--state-dir", str(peon_here.state))
    command = ("-m", "support.at_terminal", "run", prompt, *place)
    controller, terminal = pty.openpty()
    process = begin_at(command, terminal, terminal, terminal, env=environment_of_child())
    os.close(terminal)
    shown = unseen = b""
    while select.select([controller], [], [], SECONDS)[0]:
        try:
            data = os.read(controller, 65536)
        except OSError:
            break
        shown, unseen = shown + data, unseen + data
        if answers and answers[0][0] in unseen:
            question, answer = answers.pop(0)
            unseen = unseen.partition(question)[2]
            os.write(controller, answer)
    os.close(controller)
    return process.wait(SECONDS), shown.decode()


def test_an_agent_that_is_not_installed_is_refused_with_the_command_that_installs_it(
    peon_here: CommandLine, project: Path
):
    path = {"PATH": "/usr/bin:/bin"}
    done = peon_here("run", "hello", "--project", str(project), "--provider", "gemini", env=path)
    assert done.code == 1
    assert "gemini cannot be used: gemini is not installed." in done.err
    assert "npm install -g @google/gemini-cli@" in done.err
    assert done.out == ""


def test_an_agent_of_the_user_s_own_list_runs(peon_here: CommandLine, project: Path, home: Path):
    settings = home / ".config" / "peon"
    settings.mkdir(parents=True)
    words = json.dumps(["-I", rogue_agent.__file__, "plain"])
    text = f'[mine]\ncommand = "{sys.executable}"\nargs = {words}\n'
    (settings / "agents.toml").write_text(text)
    prompt = ("run", "write halves", "--project", str(project), "--provider", "mine", "--json")
    done = peon_here(*prompt)
    assert done.code == 0, done.err
    events = [json.loads(line) for line in done.out.splitlines()]
    opened = next(event for event in events if event["type"] == "session.opened")
    assert (opened["payload"]["provider"], opened["payload"]["origin"]) == ("mine", "fresh")
    assert events[-1]["type"] == "turn.completed"
