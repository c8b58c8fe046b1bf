"""What a restore plans where paths stand in each other's way, and what it says of it before."""

from peon.workspace.restore import KeptPath, RestoreOutcome
from support.bench import Bench


async def foreseen(bench: Bench, ref: str, *, overwrite: bool = False) -> RestoreOutcome:
    """A restore, which does what its preview says."""
    seen = await bench.workspace.preview(bench.root, bench.request(ref, overwrite=overwrite))
    done = await bench.restore(ref, overwrite=overwrite)
    assert (seen.restored, seen.kept) == (done.restored, done.kept)
    assert seen.overwritten == done.overwritten
    return done


async def test_a_file_and_a_folder_of_one_name_do_not_both_come_back(bench: Bench):
    """A turn took the file away, the user made a folder there, the turn took that away too."""
    bench.repo.write("a", "a file\n")
    start = await bench.capture()
    await bench.open_tool()
    (bench.root / "a").unlink()
    await bench.close_tool()
    bench.repo.write("a/k", "by the user\n")
    await bench.capture()
    await bench.open_tool()
    (bench.root / "a" / "k").unlink()
    (bench.root / "a").rmdir()
    await bench.close_tool()
    done = await foreseen(bench, start)

    assert bench.repo.read("a") == "a file\n"
    assert done.kept == (KeptPath("a/k", "blocked"),)
    assert (await bench.held(done.before_ref)) == {}


async def test_what_is_barred_is_not_overwritten(bench: Bench):
    bench.repo.write("file", "before\n")
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    (bench.root / "file").unlink()
    bench.repo.write("file/user", "by the user\n")
    done = await foreseen(bench, start, overwrite=True)

    assert (done.kept, done.overwritten) == ((KeptPath("file", "blocked"),), ())
    assert bench.repo.read("file/user") == "by the user\n"


async def test_overwriting_deletes_nothing_that_the_checkpoint_only_misses(bench: Bench):
    bench.repo.write("file", b"x" * 100_001)
    start = await bench.capture()
    bench.repo.write("file", "made small by the user\n")
    await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("file", "by the user again\n")
    done = await foreseen(bench, start, overwrite=True)

    assert (done.kept, done.restored) == ((KeptPath("file", "notCaptured"),), ())
    assert bench.repo.read("file") == "by the user again\n"
