"""When the process ends during a restore, the next start finishes it, whatever came in between.

That it may end at any step is tried in `test_killed.py`.
"""

from pathlib import Path

import pytest

from peon.workspace.restore import KeptPath
from peon.workspace.steps import Steps
from support.bench import Bench
from support.killed_undo import a_turn
from support.repositories import contents
from support.undo_lab import Crash


@pytest.fixture
async def start(bench: Bench) -> str:
    """The checkpoint before a turn that did everything that can be done to files."""
    return await a_turn(bench)


def crash_at(number: int) -> Steps:
    """Ends the process, as far as anybody can tell, at the n-th step."""
    taken = 0

    def steps(name: str) -> None:
        nonlocal taken
        taken += 1
        if taken == number:
            raise Crash(name)

    return steps


def undone(bench: Bench) -> dict[str, tuple[bool, str | None]]:
    """What the folder looked like before the turn."""
    other = bench.root.parent / "expected"
    other.mkdir(exist_ok=True)
    bench = Bench(bench.workspace, type(bench.repo)(other, bench.environ), bench.state, {})
    for name in ("replaced", "too/replaced", "too/program"):
        bench.repo.write(name, "old\n")
    bench.repo.write("deleted", "was here\n")
    bench.repo.write("moved/from", "moving\n")
    bench.repo.write("folder/inner", "inner\n")
    (other / "link").unlink(missing_ok=True)
    (other / "link").symlink_to("replaced")
    return contents(other)


@pytest.mark.parametrize("number", range(3, 38, 6))
async def test_what_the_user_writes_after_a_crash_is_kept(bench: Bench, start: str, number: int):
    bench.reopen(steps=crash_at(number))
    with pytest.raises(Crash):
        await bench.restore(start)
    for name in ("replaced", "deleted", "made/deep/file", "new"):
        if not (bench.root / name).parent.is_dir():
            continue
        bench.repo.write(name, "by the user\n")
    bench.reopen()
    (recovered,) = await bench.workspace.recover()
    assert recovered.outcome is not None
    for name in ("replaced", "deleted", "new"):
        assert bench.repo.read(name) == "by the user\n"
    assert KeptPath("replaced", "changedMeanwhile") in recovered.outcome.kept
    assert scratch(bench.root) == []


@pytest.mark.parametrize("number", range(3, 38, 5))
async def test_what_the_user_deletes_after_a_crash_stays_deleted(
    bench: Bench, start: str, number: int
):
    bench.reopen(steps=crash_at(number))
    with pytest.raises(Crash):
        await bench.restore(start)
    names = ("deleted", "moved/from", "replaced")
    there = [name for name in names if bench.repo.exists(name)]
    for name in there:
        (bench.root / name).unlink()
    bench.reopen()
    (recovered,) = await bench.workspace.recover()
    assert recovered.outcome is not None
    assert {name: bench.repo.exists(name) for name in names} == {
        name: name not in there for name in names
    }
    assert scratch(bench.root) == []


def crash_before(step: str) -> Steps:
    """Ends the process at the first step of this name."""

    def steps(name: str) -> None:
        if name == step:
            raise Crash(name)

    return steps


async def test_content_that_a_power_cut_mixed_up_is_listed_and_the_store_has_the_right_one(
    bench: Bench, start: str
):
    """Names may be on the disk before what they name: a file then holds what another held."""
    bench.reopen(steps=crash_before("applied"))
    with pytest.raises(Crash):
        await bench.restore(start)
    bench.repo.write("replaced", "a file\n")
    bench.reopen()
    (recovered,) = await bench.workspace.recover()

    assert recovered.outcome is not None
    assert recovered.outcome.kept == (KeptPath("replaced", "changedMeanwhile"),)
    assert (await bench.held(start))[b"replaced"] == b"old\n"
    before = await bench.held(recovered.outcome.before_ref)
    assert (before[b"replaced"], before[b"folder"]) == (b"new\n", b"a file\n")


async def test_what_is_put_back_exactly_as_the_turn_had_left_it_is_undone_and_the_store_has_it(
    bench: Bench, start: str
):
    """Nobody can tell it from what was not undone yet."""
    bench.reopen(steps=crash_before("applied"))
    with pytest.raises(Crash):
        await bench.restore(start)
    bench.repo.write("replaced", "new\n").chmod(0o755)
    bench.reopen()
    (recovered,) = await bench.workspace.recover()

    assert recovered.outcome is not None
    assert bench.repo.read("replaced") == "old\n"
    assert (await bench.held(recovered.outcome.before_ref))[b"replaced"] == b"new\n"


def scratch(root: Path) -> list[str]:
    """What restores leave lying about."""
    return [str(file) for file in root.rglob(".peon*")]


async def test_recovery_happens_also_when_nobody_asks_for_it(bench: Bench, start: str):
    bench.reopen(steps=crash_at(12))
    with pytest.raises(Crash):
        await bench.restore(start)
    bench.reopen()
    await bench.capture()
    assert contents(bench.root) == undone(bench)


async def test_a_restore_of_a_vanished_folder_is_told_and_can_wait(bench: Bench, start: str):
    bench.reopen(steps=crash_at(12))
    with pytest.raises(Crash):
        await bench.restore(start)
    bench.root.rename(bench.root.parent / "away")
    bench.reopen()
    (recovered,) = await bench.workspace.recover()
    assert recovered.outcome is None
    assert recovered.problem is not None
    (bench.root.parent / "away").rename(bench.root)
    bench.reopen()
    (recovered,) = await bench.workspace.recover()
    assert recovered.outcome is not None
    assert contents(bench.root) == undone(bench)


async def test_nothing_is_recovered_when_nothing_was_cut_off(bench: Bench, start: str):
    await bench.restore(start)
    bench.reopen()
    assert await bench.workspace.recover() == ()
