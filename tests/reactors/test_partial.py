"""A checkpoint that is not whole says so in its event, and holds nobody up."""

import os
import shutil
from pathlib import Path

import pytest

from peon.reactors import captures
from peon.workspace.entries import Missing
from peon_protocol.events import CheckpointCreated, OperationFailed
from peon_protocol.values import MissingPath
from support.houses import House, open_house

_SLOW = """#!/bin/sh
case "$*" in *update-index*--stdin*) exec sleep 60 ;; esac
exec '{git}' "$@"
"""


async def test_a_prompt_goes_out_with_a_partial_checkpoint_that_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Storing takes for ever: the time for looking at files passes, and what was seen is kept."""
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "git"
    script.write_text(_SLOW.format(git=shutil.which("git")))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(captures, "LOOKING", 0.1)
    (tmp_path / "house").mkdir()
    async with open_house(tmp_path / "house") as house:
        house.repo.write("rose.txt", "red\n")
        await house.open_thread()
        await house.start_turn()
        agent = await house.tame.session()
        await agent.until_prompted()
        (checkpoint,) = await house.events(CheckpointCreated)
        agent.end()
        await house.end_of_turn()

        assert {each.reason for each in checkpoint.missing} == {"notReached"}
        assert await house.events(OperationFailed) == []


async def test_a_turn_s_checkpoint_names_what_is_too_large(house: House):
    with house.repo.write("huge").open("wb") as file:
        file.truncate(33 << 20)
    await house.open_thread()
    await house.start_turn()
    await house.tame.session()

    (checkpoint,) = await house.events(CheckpointCreated)
    assert checkpoint.missing == (MissingPath("huge", "tooLarge"),)


def test_very_many_missing_paths_are_counted():
    missing = tuple(Missing(f"{number}", "tooLarge") for number in range(1_000))
    listed = captures.missing_paths(missing)

    assert len(listed) == captures.MISSING_LISTED + 1
    assert listed[:2] == (MissingPath("0", "tooLarge"), MissingPath("1", "tooLarge"))
    assert listed[-1] == MissingPath("…", "and 800 more")
    assert captures.missing_paths(missing[:200])[-1] == MissingPath("199", "tooLarge")
