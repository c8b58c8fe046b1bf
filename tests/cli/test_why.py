"""`peon why`: a line at a terminal."""

import json
import os
from pathlib import Path

import pytest

from support.command_line import CommandLine
from support.repositories import make_repo


def test_a_line_tells_its_turn(peon_here: CommandLine, project: Path):
    peon_here("run", "write a.txt one", "--project", str(project), "--mode", "full")
    (project / "b.txt").write_text("mine\n")
    done = peon_here("why", f"{project / 'a.txt'}:1")
    found = json.loads(peon_here("why", f"{project / 'a.txt'}:1", "--json").out)
    mine = peon_here("why", f"{project / 'b.txt'}:1")

    assert (done.code, done.err) == (0, "")
    assert "a.txt:1 was written by turn 1" in done.out
    assert "write a.txt one" in done.out
    assert "allowed   by the mode full" in done.out
    assert (found["origin"], found["number"]) == ("turn", 1)
    assert mine.out == "b.txt:1 was written by nobody's turn.\n"


def test_a_line_in_a_thread_s_worktree_tells_its_turn(
    peon_here: CommandLine, project: Path, tmp_path: Path
):
    environ = {**os.environ, "HOME": str(tmp_path)}
    make_repo(project, environ).commit()
    with peon_here.serve() as server:
        server.begin()
        made = server.result("project/create", root=str(project))
        thread = server.result(
            "thread/create",
            projectId=made["projectId"],
            provider="script",
            mode="full",
            worktree={"branch": "topic"},
        )["threadId"]
        server.result("turn/start", threadId=thread, prompt="write a.txt one")
        server.event("turn.completed")
        folder = server.result("thread/read", threadId=thread)["thread"]["folder"]
        server.result("shutdown")
        server.send(method="exit")
        server.process.wait()
    done = peon_here("why", f"{folder}/a.txt:1")

    assert not Path(folder).is_relative_to(project)
    assert (done.code, done.err) == (0, "")
    assert f"a.txt:1 was written by turn 1 of thread {thread}" in done.out


def test_what_is_not_there_is_said(peon_here: CommandLine, project: Path):
    peon_here("run", "say hello", "--project", str(project))
    outside = peon_here("why", "/etc/hostname:1")
    missing = peon_here("why", f"{project / 'none'}:1")

    assert outside.code == missing.code == 1
    assert "in no project" in outside.err
    assert "no such line" in missing.err


@pytest.mark.parametrize("place", ["file", "file:", ":1", "file:0", "file:-1", "file:x", "file:²"])
def test_a_place_is_a_file_and_a_line(peon_here: CommandLine, place: str):
    done = peon_here("why", place)
    assert done.code == 2
    assert "FILE:LINE" in done.err
