"""Restoring undoes the thread's turns, nothing else, and says exactly what it does."""

from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from peon.workspace.entries import Owner
from peon.workspace.restore import KeptPath, RestoredPath, RestoreRequest
from peon.workspace.unit import CaptureLimits
from support.bench import TURN, Bench
from support.repositories import contents, fingerprint, make_repo

OTHER = Owner("other thread", "turn")


@pytest.fixture
async def start(bench: Bench) -> str:
    """A checkpoint of a folder with a few files."""
    bench.repo.write("file", "one\ntwo\n")
    bench.repo.write("folder/inner", "inner\n")
    bench.repo.write("tool", "#!/bin/sh\n").chmod(0o755)
    (bench.root / "link").symlink_to("file")
    return await bench.capture()


async def test_everything_a_turn_did_is_undone(bench: Bench, start: str):
    before = contents(bench.root)
    await bench.open_tool()
    bench.repo.write("file", "rewritten\n")
    bench.repo.write("new/deep/file", "new\n")
    bench.repo.write("folder/inner", "inner\nmore\n")
    (bench.root / "tool").chmod(0o644)
    (bench.root / "link").unlink()
    (bench.root / "link").symlink_to("elsewhere")
    await bench.close_tool()
    done = await bench.restore(start)
    assert contents(bench.root) == before
    assert not bench.repo.exists("new")
    assert done.restored == (
        RestoredPath("file", "write"),
        RestoredPath("folder/inner", "write"),
        RestoredPath("link", "write"),
        RestoredPath("new/deep/file", "delete"),
        RestoredPath("tool", "mode"),
    )
    assert done.kept == ()


async def test_undoing_the_undo_brings_everything_back(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "rewritten\n")
    (bench.root / "folder" / "inner").unlink()
    bench.repo.write("new", "new\n")
    await bench.close_tool()
    after = contents(bench.root)
    done = await bench.restore(start, "undo")
    again = await bench.restore(done.before_ref, "undo of undo")
    assert contents(bench.root) == after
    third = await bench.restore(again.before_ref, "and once more")
    assert [one.path for one in third.restored] == ["file", "folder/inner", "new"]


async def test_what_the_user_changed_afterwards_is_kept_and_listed(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    bench.repo.write("folder/inner", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("file", "by the agent\nand the user\n")
    done = await bench.restore(start)
    assert bench.repo.read("file") == "by the agent\nand the user\n"
    assert bench.repo.read("folder/inner") == "inner\n"
    assert done.kept == (KeptPath("file", "changedSince"),)


async def test_a_file_the_user_deleted_stays_deleted(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    (bench.root / "file").unlink()
    done = await bench.restore(start)
    assert not bench.repo.exists("file")
    assert done.kept == (KeptPath("file", "changedSince"),)


async def test_files_of_the_user_are_not_even_looked_at(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("unknown", "the user's\n")
    bench.repo.write(".gitignore", "ignored\n")
    bench.repo.write("ignored", "the user's\n")
    await bench.restore(start)
    assert bench.repo.read("unknown") == "the user's\n"
    assert bench.repo.read("ignored") == "the user's\n"


async def test_an_earlier_turn_of_the_same_thread_stays(bench: Bench, start: str):
    await bench.open_tool(owner=Owner(TURN.thread_id, "first"))
    bench.repo.write("file", "first\n")
    middle = await bench.close_tool(Owner(TURN.thread_id, "first"))
    await bench.open_tool(owner=Owner(TURN.thread_id, "second"))
    bench.repo.write("file", "second\n")
    await bench.close_tool(Owner(TURN.thread_id, "second"))
    await bench.restore(middle)
    assert bench.repo.read("file") == "first\n"


async def test_changes_of_another_thread_stay(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "mine\n")
    await bench.close_tool()
    await bench.open_tool(owner=OTHER)
    bench.repo.write("folder/inner", "theirs\n")
    await bench.close_tool(OTHER)
    done = await bench.restore(start)
    assert bench.repo.read("file") == "one\ntwo\n"
    assert bench.repo.read("folder/inner") == "theirs\n"
    assert done.kept == ()


async def test_what_two_threads_may_have_changed_is_a_conflict(bench: Bench, start: str):
    await bench.open_tool()
    await bench.open_tool(owner=OTHER)
    bench.repo.write("file", "by one of them\n")
    await bench.close_tool()
    await bench.close_tool(OTHER)
    done = await bench.restore(start)
    assert bench.repo.read("file") == "by one of them\n"
    assert done.kept == (KeptPath("file", "shared"),)


async def test_undo_goes_below_another_threads_undone_change(bench: Bench, start: str):
    """Mine, then theirs on top; they undo theirs; then mine can be undone."""
    await bench.open_tool()
    bench.repo.write("file", "mine\n")
    middle = await bench.close_tool()
    await bench.open_tool(owner=OTHER)
    bench.repo.write("file", "theirs\n")
    await bench.close_tool(OTHER)
    request = RestoreRequest(OTHER.thread_id, middle)
    await bench.workspace.restore(bench.root, request, restore_id="theirs")
    assert bench.repo.read("file") == "mine\n"
    await bench.restore(start)
    assert bench.repo.read("file") == "one\ntwo\n"


async def test_only_the_chosen_paths_are_restored(bench: Bench, start: str):
    await bench.open_tool()
    for name in ("file", "folder/inner", "folder/new", "folder2"):
        bench.repo.write(name, "by the agent\n")
    await bench.close_tool()
    done = await bench.restore(start, paths=("folder/",))
    assert [one.path for one in done.restored] == ["folder/inner", "folder/new"]
    assert bench.repo.read("file") == "by the agent\n"
    assert bench.repo.read("folder2") == "by the agent\n"


async def test_names_that_are_no_text_can_be_chosen_as_they_are_shown(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write(b'\xff\n"', "new\n")
    await bench.close_tool()
    seen = await bench.workspace.preview(bench.root, bench.request(start))
    assert len(seen.restored) == 1
    done = await bench.restore(start, paths=(seen.restored[0].path,))
    assert not bench.repo.exists(b'\xff\n"')
    assert done.restored == seen.restored


async def test_a_preview_changes_nothing(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    before = contents(bench.root)
    seen = await bench.workspace.preview(bench.root, bench.request(start))
    assert [one.path for one in seen.restored] == ["file"]
    assert contents(bench.root) == before


# ---- overwriting -------------------------------------------------------------------------------


async def test_overwriting_takes_conflicts_back_to_the_checkpoint(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("file", "by the user\n")
    done = await bench.restore(start, overwrite=True)
    assert bench.repo.read("file") == "one\ntwo\n"
    assert done.kept == ()
    assert (await bench.held(done.before_ref))[b"file"] == b"by the user\n"


async def test_overwriting_can_be_undone(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("file", "by the user\n")
    done = await bench.restore(start, "one", overwrite=True)
    await bench.restore(done.before_ref, "two")
    assert bench.repo.read("file") == "by the user\n"


async def test_overwriting_leaves_paths_alone_that_no_undone_turn_changed(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("folder/inner", "by the user\n")
    await bench.restore(start, overwrite=True)
    assert bench.repo.read("folder/inner") == "by the user\n"


# ---- what cannot be done -----------------------------------------------------------------------


async def test_moved_work_of_the_user_keeps_its_last_copy(bench: Bench, start: str):
    await bench.open_tool()
    (bench.root / "file").rename(bench.root / "moved")
    await bench.close_tool()
    bench.repo.write("file", "something new of the user's\n")
    done = await bench.restore(start)
    assert bench.repo.read("moved") == "one\ntwo\n"
    assert done.kept == (KeptPath("file", "changedSince"), KeptPath("moved", "lastCopy"))


async def test_a_move_in_two_tool_calls_keeps_the_last_copy_too(bench: Bench, start: str):
    await bench.open_tool()
    (bench.root / "file").unlink()
    await bench.close_tool()
    await bench.open_tool()
    bench.repo.write("moved", "zero\none\ntwo\n")
    await bench.close_tool()
    bench.repo.write("file", "something new of the user's\n")
    done = await bench.restore(start)
    assert bench.repo.read("moved") == "zero\none\ntwo\n"
    assert KeptPath("moved", "lastCopy") in done.kept


async def test_a_move_of_the_agents_own_file_is_undone_completely(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("draft", "all its own\n")
    await bench.close_tool()
    await bench.open_tool()
    (bench.root / "draft").rename(bench.root / "final")
    await bench.close_tool()
    done = await bench.restore(start)
    assert not bench.repo.exists("final")
    assert done.kept == ()


async def test_a_file_is_not_put_where_a_used_folder_is(bench: Bench, start: str):
    await bench.open_tool()
    (bench.root / "file").unlink()
    bench.repo.write("file/agent", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("file/user", "by the user\n")
    done = await bench.restore(start)
    assert bench.repo.read("file/user") == "by the user\n"
    assert KeptPath("file", "blocked") in done.kept


async def test_a_folder_comes_back_where_the_turn_put_a_file(bench: Bench, start: str):
    await bench.open_tool()
    (bench.root / "folder" / "inner").unlink()
    (bench.root / "folder").rmdir()
    bench.repo.write("folder", "a file now\n")
    await bench.close_tool()
    await bench.restore(start)
    assert bench.repo.read("folder/inner") == "inner\n"


async def test_a_file_that_is_too_large_now_is_kept(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("file", b"x" * 100_001)
    done = await bench.restore(start, overwrite=True)
    assert done.kept == (KeptPath("file", "notCaptured"),)
    assert (bench.root / "file").stat().st_size == 100_001


async def test_overwriting_does_not_guess_what_a_checkpoint_misses(bench: Bench):
    bench.repo.write("file", b"x" * 100_001)
    ref = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "small\n")
    await bench.close_tool()
    await bench.open_tool()
    bench.repo.write("file", "smaller\n")
    await bench.close_tool()
    done = await bench.restore(ref, overwrite=True)
    assert done.kept == (KeptPath("file", "notCaptured"),)
    assert bench.repo.read("file") == "small\n"


async def test_nothing_is_restored_when_the_present_cannot_be_captured_whole(
    bench: Bench, start: str
):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    for number in range(5):
        bench.repo.write(f"more {number}", "x")
    bench.reopen(limits=CaptureLimits(files=1))
    with pytest.raises(ExternalFailure) as refused:
        await bench.restore(start)
    assert refused.value.code == "checkpoint.incomplete"
    assert bench.repo.read("file") == "by the agent\n"


async def test_a_checkpoint_of_another_folder_is_refused(bench: Bench, start: str, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(ExternalFailure) as refused:
        await bench.workspace.restore(other, bench.request(start), restore_id="r")
    assert refused.value.code == "checkpoint.expired"


@pytest.mark.parametrize("ref", ["", "HEAD", "--all", "0" * 40])
async def test_what_is_no_checkpoint_is_refused(bench: Bench, start: str, ref: str):
    with pytest.raises(ExternalFailure) as refused:
        await bench.restore(ref)
    assert refused.value.code == "checkpoint.expired"


# ---- files as they were ------------------------------------------------------------------------


async def test_other_permission_bits_stay_as_they_are(bench: Bench, start: str):
    (bench.root / "file").chmod(0o640)
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n").chmod(0o750)
    await bench.close_tool()
    await bench.restore(start)
    assert (bench.root / "file").stat().st_mode & 0o777 == 0o640


async def test_a_link_is_not_followed(bench: Bench, start: str, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.write_text("not ours\n")
    await bench.open_tool()
    (bench.root / "file").unlink()
    (bench.root / "file").symlink_to(outside)
    await bench.close_tool()
    await bench.restore(start)
    assert bench.repo.read("file") == "one\ntwo\n"
    assert not (bench.root / "file").is_symlink()
    assert outside.read_text() == "not ours\n"


async def test_a_folder_that_became_a_link_leads_nobody_outside(
    bench: Bench, start: str, tmp_path: Path
):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "inner").write_text("inner\nmore\n")
    await bench.open_tool()
    bench.repo.write("folder/inner", "inner\nmore\n")
    await bench.close_tool()
    (bench.root / "folder" / "inner").unlink()
    (bench.root / "folder").rmdir()
    (bench.root / "folder").symlink_to(outside)
    await bench.restore(start, overwrite=True)
    assert (outside / "inner").read_text() == "inner\nmore\n"


async def test_a_restored_file_is_seen_although_it_is_ignored(bench: Bench):
    bench.repo.write("built/out", "1\n")
    ref = await bench.capture()
    bench.repo.write(".gitignore", "built\n")
    await bench.open_tool()
    (bench.root / "built" / "out").unlink()
    await bench.close_tool()
    done = await bench.restore(ref, "one")
    assert bench.repo.read("built/out") == "1\n"
    await bench.restore(done.before_ref, "two")
    assert not bench.repo.exists("built/out")


async def test_files_in_nested_repositories_are_restored(bench: Bench, environ: dict[str, str]):
    inner = make_repo(bench.root / "lib", environ)
    inner.write("code", "1\n")
    inner.commit()
    ref = await bench.capture()
    await bench.open_tool()
    inner.write("code", "2\n")
    inner.write("new", "x\n")
    await bench.close_tool()
    done = await bench.restore(ref)
    assert inner.read("code") == "1\n"
    assert [one.path for one in done.restored] == ["lib/code", "lib/new"]
    assert inner.git("status", "--short") == ""


async def test_staging_stays_as_it_is(bench: Bench, start: str):
    bench.repo.commit()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.git("add", "file")
    index = (bench.root / ".git" / "index").read_bytes()
    await bench.restore(start)
    assert (bench.root / ".git" / "index").read_bytes() == index
    assert bench.repo.git("diff", "--cached", "--name-only") == "file\n"


async def test_an_empty_folder_goes_only_when_it_was_not_there_before(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("folder/more/new", "x\n")
    bench.repo.write("made/new", "x\n")
    (bench.root / "folder" / "inner").rename(bench.root / "folder" / "moved")
    await bench.close_tool()
    await bench.restore(start)
    standing = {entry.name for entry in bench.root.iterdir()}
    assert standing == {".git", "file", "folder", "link", "tool"}
    assert [entry.name for entry in (bench.root / "folder").iterdir()] == ["inner"]


# ---- asking twice ------------------------------------------------------------------------------


async def test_the_same_restore_is_done_once(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    first = await bench.restore(start, "once")
    bench.repo.write("file", "by the user\n")
    bench.reopen()
    assert await bench.restore(start, "once") == first
    assert bench.repo.read("file") == "by the user\n"


async def test_restoring_to_now_does_nothing(bench: Bench, start: str):
    done = await bench.restore(start)
    assert (done.restored, done.kept, done.before_ref) == ((), (), start)


async def test_a_lock_of_the_users_own_git_stops_nothing_and_stays(bench: Bench, start: str):
    lock = bench.repo.write(".git/index.lock", "")
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    before = fingerprint(bench.root / ".git")
    await bench.restore(start)
    assert bench.repo.read("file") == "one\ntwo\n"
    assert lock.exists()
    assert fingerprint(bench.root / ".git") == before


async def test_what_is_staged_stays_staged(bench: Bench, start: str):
    bench.repo.write("file", "staged by the user\n")
    bench.repo.git("add", "file")
    staged = bench.repo.git("diff", "--cached")
    await bench.open_tool()
    bench.repo.write("other", "by the agent\n")
    await bench.close_tool()
    await bench.restore(start)
    assert not bench.repo.exists("other")
    assert bench.repo.git("diff", "--cached") == staged
