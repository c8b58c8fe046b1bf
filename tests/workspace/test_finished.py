"""What the next start finishes is what was planned, and tells as much."""

import pytest

from peon.workspace import disk
from peon.workspace.restore import KeptPath, RestoreOutcome
from support.bench import Bench
from support.repositories import contents
from support.undo_lab import Crash


async def ended_at(bench: Bench, ref: str, step: str, *, overwrite: bool = False) -> None:
    """A restore whose process ended at the first step of this name."""

    def steps(name: str) -> None:
        if name == step:
            raise Crash(name)

    bench.reopen(steps=steps)
    with pytest.raises(Crash):
        await bench.restore(ref, overwrite=overwrite)
    bench.reopen()


async def finished(bench: Bench) -> RestoreOutcome:
    """What the next start makes of it."""
    (recovered,) = await bench.workspace.recover()
    assert recovered.outcome is not None
    assert list(bench.root.rglob(".peon*")) == []
    return recovered.outcome


@pytest.mark.parametrize("conflicts", ["keep", "overwrite"])
async def test_conflicts_are_told_by_whoever_finishes(bench: Bench, conflicts: str):
    overwrite = conflicts == "overwrite"
    for name in ("file", "other"):
        bench.repo.write(name, "before\n")
    start = await bench.capture()
    await bench.open_tool()
    for name in ("file", "other"):
        bench.repo.write(name, "by the agent\n")
    await bench.close_tool()
    bench.repo.write("file", "by the user\n")
    await ended_at(bench, start, "begin", overwrite=overwrite)
    done = await finished(bench)

    conflict = (KeptPath("file", "changedSince"),)
    assert (done.kept, done.overwritten) == (((), conflict) if overwrite else (conflict, ()))
    assert bench.repo.read("file") == ("before\n" if overwrite else "by the user\n")
    assert bench.repo.read("other") == "before\n"


async def test_what_was_moved_keeps_its_last_copy_when_its_old_place_is_taken_after_a_crash(
    bench: Bench,
):
    bench.repo.write("file", "precious\n")
    start = await bench.capture()
    await bench.open_tool()
    (bench.root / "file").rename(bench.root / "moved")
    await bench.close_tool()
    await ended_at(bench, start, "begin")
    bench.repo.write("file", "something else\n")
    done = await finished(bench)

    assert (bench.repo.read("moved"), bench.repo.read("file")) == ("precious\n", "something else\n")
    assert done.kept == (KeptPath("file", "changedMeanwhile"), KeptPath("moved", "lastCopy"))


@pytest.mark.parametrize("step", ["part", "ready", "swap", "take", "verify", "place", "unlink"])
async def test_a_crash_is_finished_also_where_names_cannot_be_exchanged(
    bench: Bench, step: str, monkeypatch: pytest.MonkeyPatch
):
    """For a moment nothing stands at the path: then it has a name of ours."""
    monkeypatch.setattr(disk, "_libc", object())
    bench.repo.write("file", "before\n")
    bench.repo.write("gone", "before\n")
    before = contents(bench.root)
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    bench.repo.write("made", "by the agent\n")
    (bench.root / "gone").unlink()
    await bench.close_tool()
    await ended_at(bench, start, step)
    done = await finished(bench)

    assert contents(bench.root) == before
    assert done.kept == ()


@pytest.mark.parametrize("step", ["take", "verify", "place"])
async def test_what_is_saved_between_is_kept_there_too(
    bench: Bench, step: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disk, "_libc", object())
    bench.repo.write("file", "before\n")
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    await ended_at(bench, start, step)
    bench.repo.write("file", "by the user\n")
    done = await finished(bench)

    assert bench.repo.read("file") == "by the user\n"
    assert done.kept == (KeptPath("file", "changedMeanwhile"),)
    assert (await bench.held(done.before_ref))[b"file"] == b"by the agent\n"
