"""git is run with an argv, an environment made from nothing, a deadline, and bounds."""

import asyncio
import os
from pathlib import Path

import pytest

from peon.errors import ExternalFailure, Unavailable
from peon.workspace.git import Call, Git


def fake(place: Path, script: str) -> Git:
    """A git that is a shell script."""
    place.mkdir(exist_ok=True)
    program = place / "git"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Git({"PATH": f"{place}:/usr/bin:/bin"})


def call(git: Git, cwd: Path, *argv: str, seconds: float = 10.0, stdin: bytes = b"") -> Call:
    return Call(argv, cwd, {"PATH": git.path}, seconds=seconds, stdin=stdin)


async def test_output_and_words_come_back_as_they_are(tmp_path: Path):
    git = fake(tmp_path / "bin", 'printf "a\\0b\\n"; echo words >&2')
    answer = await git.run(call(git, tmp_path, "x"))
    assert (answer.out, answer.err, answer.code) == (b"a\0b\n", "words", 0)


async def test_nothing_of_our_environment_leaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_DIR", "/leaked")
    monkeypatch.setenv("SECRET", "leaked")
    git = fake(tmp_path / "bin", "env")
    answer = await git.run(call(git, tmp_path, "x"))
    assert b"leaked" not in answer.out


async def test_arguments_are_not_read_by_a_shell(tmp_path: Path):
    git = fake(tmp_path / "bin", 'for word; do printf "%s\\0" "$word"; done')
    words = ("$(touch fired)", "a b", "", "*", "\n", ";")
    answer = await git.run(call(git, tmp_path, *words))
    assert answer.records == [word.encode() for word in words]


async def test_what_takes_too_long_is_ended_with_all_it_started(tmp_path: Path):
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    git = fake(tmp_path / "bin", f"(exec 3>'{fifo}'; sleep 100) & sleep 100")
    waiting = asyncio.create_task(git.run(call(git, tmp_path, "x", seconds=0.5)))
    reader = await asyncio.to_thread(os.open, fifo, os.O_RDONLY)
    with pytest.raises(ExternalFailure) as failed:
        await waiting
    assert failed.value.code == "git.timedOut"
    # The end of the pipe comes when the last process that holds it is gone.
    assert await asyncio.to_thread(os.read, reader, 1) == b""
    os.close(reader)


async def test_a_cancelled_call_is_ended_too(tmp_path: Path):
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    git = fake(tmp_path / "bin", f"exec 3>'{fifo}'; sleep 100")
    waiting = asyncio.create_task(git.run(call(git, tmp_path, "x")))
    reader = await asyncio.to_thread(os.open, fifo, os.O_RDONLY)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(os.read, reader, 1) == b""
    os.close(reader)


async def test_something_left_running_does_not_hold_up_the_answer(tmp_path: Path):
    """As a hook that starts a server and lets it keep our pipe."""
    git = fake(tmp_path / "bin", "echo done; setsid sleep 3 &")
    answer = await asyncio.wait_for(git.run(call(git, tmp_path, "x")), 2.5)
    assert answer.out == b"done\n"


async def test_too_much_output_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("peon.workspace.git._OUTPUT_LIMIT", 1_000_000)
    git = fake(tmp_path / "bin", "yes")
    with pytest.raises(ExternalFailure) as failed:
        await git.run(call(git, tmp_path, "x"))
    assert failed.value.code == "git.tooMuchOutput"


async def test_many_words_are_cut(tmp_path: Path):
    git = fake(tmp_path / "bin", "head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 3")
    with pytest.raises(ExternalFailure) as failed:
        await git.run(call(git, tmp_path, "x"))
    assert 1_000 < len(failed.value.detail) < 70_000


async def test_input_that_is_not_read_is_no_failure(tmp_path: Path):
    git = fake(tmp_path / "bin", "exec <&-; echo done")
    answer = await git.run(call(git, tmp_path, "x", stdin=b"x" * 10_000_000))
    assert answer.out == b"done\n"


async def test_a_failure_says_which_command_and_why(tmp_path: Path):
    git = fake(tmp_path / "bin", "echo 'fatal: no' >&2; exit 128")
    with pytest.raises(ExternalFailure, match="frobnicate: fatal: no"):
        await git.run(call(git, tmp_path, "-c", "a=b", "--no-pager", "frobnicate"))


async def test_a_missing_git_is_told_with_a_remedy(tmp_path: Path):
    git = Git({"PATH": str(tmp_path)})
    with pytest.raises(Unavailable) as missing:
        await git.run(call(git, tmp_path, "x"))
    assert "Install git" in missing.value.remedy


async def test_a_folder_cannot_bring_its_own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fake(tmp_path / "bin", "touch fired")
    monkeypatch.chdir(tmp_path / "bin")
    git = Git({"PATH": ".::bin"})
    with pytest.raises(Unavailable):
        await git.run(call(git, tmp_path / "bin", "x"))


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    git = fake(tmp_path / "bin", "true")
    with pytest.raises(ExternalFailure) as failed:
        await git.run(call(git, tmp_path / "missing", "x"))
    assert failed.value.code == "workspace.notAFolder"
