"""Every change between two captures is somebody's, or nobody's: never the wrong one's."""

import asyncio
from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from peon.workspace.entries import ExpectedEdit, Missing, Owner, Owners, blob_id
from peon.workspace.history import FolderHistory
from peon.workspace.unit import CaptureLimits
from support.bench import TURN, Bench

OTHER = Owner("other thread", "turn")
NOBODY: Owners = frozenset()


async def owners(bench: Bench, path: str, number: int = 0) -> Owners:
    """Whose the newest change of a path is (or that of a segment)."""
    chain = (await bench.folder()).chain
    changes = chain.changes(path.encode(), 0)
    return changes[-1][1].owners if not number else dict(changes)[number].owners


@pytest.fixture
async def history(bench: Bench) -> FolderHistory:
    bench.repo.write("file", "before\n")
    bench.repo.write("second", "before\n")
    await bench.capture()
    return await bench.history()


async def test_what_changes_outside_every_tool_call_is_nobodys(
    bench: Bench, history: FolderHistory
):
    await history.turn_started(TURN)
    bench.repo.write("file", "by the user\n")
    await bench.capture()
    assert await owners(bench, "file") == NOBODY


async def test_a_tool_that_declares_nothing_may_have_changed_anything(
    bench: Bench, history: FolderHistory
):
    await bench.open_tool()
    bench.repo.write("file", "by a command\n")
    bench.repo.write("folder/new", "by a command\n")
    await bench.close_tool()
    assert await owners(bench, "file") == {TURN}
    assert await owners(bench, "folder/new") == {TURN}


async def test_an_edit_owns_only_the_paths_it_declared(bench: Bench, history: FolderHistory):
    await bench.open_tool("file")
    bench.repo.write("file", "by the agent\n")
    bench.repo.write("second", "by the user at the same time\n")
    await bench.close_tool()
    assert await owners(bench, "file") == {TURN}
    assert await owners(bench, "second") == NOBODY


async def test_a_declared_folder_stands_for_all_below_it(bench: Bench, history: FolderHistory):
    await bench.open_tool("folder")
    bench.repo.write("folder/deep/new", "x")
    bench.repo.write("folder2", "x")
    await bench.close_tool()
    assert await owners(bench, "folder/deep/new") == {TURN}
    assert await owners(bench, "folder2") == NOBODY


async def test_a_declared_path_may_be_absolute_or_lead_through_a_link(
    bench: Bench, history: FolderHistory
):
    (bench.root / "link").symlink_to("second")
    await bench.open_tool(str(bench.root / "file"), "link")
    bench.repo.write("file", "by the agent\n")
    bench.repo.write("link", "through the link\n")
    await bench.close_tool()
    assert await owners(bench, "file") == {TURN}
    assert await owners(bench, "second") == {TURN}


async def test_a_declared_path_outside_owns_nothing(bench: Bench, history: FolderHistory):
    await bench.open_tool("../elsewhere", "/etc/passwd")
    bench.repo.write("file", "by the user\n")
    await bench.close_tool()
    assert await owners(bench, "file") == NOBODY


async def test_what_changes_while_two_tools_are_open_is_both_turns(
    bench: Bench, history: FolderHistory
):
    await bench.open_tool()
    await bench.open_tool(owner=OTHER)
    bench.repo.write("file", "by one of them\n")
    await bench.close_tool()
    bench.repo.write("second", "by the other\n")
    await bench.close_tool(OTHER)
    assert await owners(bench, "file") == {TURN, OTHER}
    assert await owners(bench, "second") == {OTHER}


async def test_the_end_of_a_turn_closes_what_it_left_open(bench: Bench, history: FolderHistory):
    await bench.open_tool()
    await history.turn_ended(TURN)
    bench.repo.write("file", "by the user\n")
    await bench.capture()
    assert await owners(bench, "file") == NOBODY


async def test_whose_a_change_is_outlives_the_server(bench: Bench, history: FolderHistory):
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.reopen()
    assert await owners(bench, "file") == {TURN}


async def test_what_changed_until_a_crash_is_in_doubt_and_so_nobodys(
    bench: Bench, history: FolderHistory
):
    await bench.open_tool()
    bench.repo.write("file", "by the agent, probably\n")
    bench.reopen()
    await bench.open_tool()
    bench.repo.write("second", "by the agent, surely\n")
    await bench.close_tool()
    assert await owners(bench, "file") == NOBODY
    assert await owners(bench, "second") == {TURN}


async def test_what_a_partial_capture_did_not_reach_is_nobodys(
    bench: Bench, history: FolderHistory
):
    bench.repo.write("file", "by the user\n")
    await bench.workspace.capture(bench.root, seconds=0.0)
    await bench.open_tool()
    bench.repo.write("second", "by the agent\n")
    await bench.close_tool()
    assert await owners(bench, "file") == NOBODY
    assert await owners(bench, "second") == {TURN}


async def test_a_change_is_nobodys_when_the_capture_before_it_failed(
    bench: Bench, history: FolderHistory
):
    await history.turn_started(TURN)
    bench.repo.write("file", "by the user\n")
    config = (await bench.folder()).store.folder / "objects.git" / "config"
    good = config.read_text()
    config.write_text("no configuration")
    opened = await history.tool_opened(TURN, "tool", None)
    assert opened.missing == (Missing("", "notReached"),)
    config.write_text(good)
    bench.repo.write("second", "by the agent, but who knows\n")
    await history.tool_closed("tool")
    assert await owners(bench, "file") == NOBODY
    assert await owners(bench, "second") == NOBODY


async def test_a_tool_that_opens_while_the_folder_is_busy_owns_nothing_yet(
    bench: Bench, history: FolderHistory
):
    await history.turn_started(TURN)
    async with history.exclusively():
        bench.repo.write("file", "by the user\n")
        with pytest.raises(ExternalFailure) as refused:
            await history.tool_opened(TURN, "tool", None, seconds=0.01)
        assert refused.value.code == "checkpoint.busy"
    await bench.capture()
    bench.repo.write("second", "by the agent\n")
    await history.tool_closed("tool")
    assert await owners(bench, "file") == NOBODY
    assert await owners(bench, "second") == {TURN}


async def test_a_file_too_large_before_is_nobodys_when_it_shrinks(bench: Bench):
    """Its old content is in no checkpoint, so nobody may claim to be able to undo that."""
    bench.repo.write("file", b"x" * 100_001)
    await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "small\n")
    await bench.close_tool()
    assert await owners(bench, "file") == NOBODY


async def test_files_that_a_dropped_rule_reveals_are_nobodys(bench: Bench):
    bench.repo.write(".gitignore", "secrets\n*.log\n")
    bench.repo.write("secrets", "the user's\n")
    bench.repo.write("old.log", "the user's\n")
    await bench.capture()
    await bench.open_tool()
    bench.repo.write(".gitignore", "")
    bench.repo.write("new.log", "the agent's\n")
    ref = await bench.close_tool()
    assert b"secrets" in await bench.held(ref)
    assert await owners(bench, "secrets") == NOBODY
    assert await owners(bench, "old.log") == NOBODY
    assert await owners(bench, "new.log") == {TURN}
    assert await owners(bench, ".gitignore") == {TURN}


async def test_files_moved_along_with_a_dropped_rule_are_still_the_turns(bench: Bench):
    bench.repo.write(".gitignore", "x\n")
    bench.repo.write("old/file", "moves\n")
    await bench.capture()
    await bench.open_tool()
    bench.repo.write(".gitignore", "")
    (bench.root / "old").rename(bench.root / "new")
    await bench.close_tool()
    assert await owners(bench, "new/file") == {TURN}


# ---- proofs ------------------------------------------------------------------------------------


def edit(before: str | None, after: str | None) -> ExpectedEdit:
    """An edit as an agent reports it, by the contents."""
    one, two = (None if text is None else blob_id(text.encode()) for text in (before, after))
    return ExpectedEdit(one, two)


async def report(history: FolderHistory, tool: str, path: str, proof: ExpectedEdit) -> None:
    """An agent tells of an edit that it has made already."""
    await history.tool_opened(TURN, tool, [path], expected={path: proof})
    await history.tool_closed(tool)


async def test_an_edit_told_after_the_fact_is_proved_by_its_contents(
    bench: Bench, history: FolderHistory
):
    await history.turn_started(TURN)
    bench.repo.write("file", "after\n")
    await report(history, "1", "file", edit("before\n", "after\n"))
    assert await owners(bench, "file") == {TURN}


async def test_a_new_and_a_deleted_file_are_proved_too(bench: Bench, history: FolderHistory):
    await history.turn_started(TURN)
    bench.repo.write("new", "made\n")
    (bench.root / "second").unlink()
    await report(history, "1", "new", edit(None, "made\n"))
    await report(history, "2", "second", edit("before\n", None))
    assert await owners(bench, "new") == {TURN}
    assert await owners(bench, "second") == {TURN}


async def test_several_edits_told_late_are_proved_together(bench: Bench, history: FolderHistory):
    await history.turn_started(TURN)
    bench.repo.write("file", "third\n")
    await report(history, "1", "file", edit("before\n", "second\n"))
    assert await owners(bench, "file") == NOBODY
    await report(history, "2", "file", edit("second\n", "third\n"))
    assert await owners(bench, "file") == {TURN}


@pytest.mark.parametrize(
    "proof", [edit("else\n", "after\n"), edit("before\n", "else\n"), edit(None, "after\n")]
)
async def test_an_edit_that_does_not_fit_proves_nothing(
    bench: Bench, history: FolderHistory, proof: ExpectedEdit
):
    await history.turn_started(TURN)
    bench.repo.write("file", "after\n")
    await report(history, "1", "file", proof)
    assert await owners(bench, "file") == NOBODY


async def test_a_turn_cannot_claim_what_happened_before_it(bench: Bench, history: FolderHistory):
    bench.repo.write("file", "after\n")
    await bench.capture()
    await history.turn_started(TURN)
    await report(history, "1", "file", edit("before\n", "after\n"))
    assert await owners(bench, "file") == NOBODY


async def test_a_turn_cannot_claim_what_is_somebody_elses(bench: Bench, history: FolderHistory):
    await history.turn_started(TURN)
    await bench.open_tool(owner=OTHER)
    bench.repo.write("file", "after\n")
    await bench.close_tool(OTHER)
    await report(history, "1", "file", edit("before\n", "after\n"))
    assert await owners(bench, "file") == {OTHER}


async def test_a_proof_outlives_the_server(bench: Bench, history: FolderHistory):
    await history.turn_started(TURN)
    bench.repo.write("file", "after\n")
    await report(history, "1", "file", edit("before\n", "after\n"))
    bench.reopen()
    assert await owners(bench, "file") == {TURN}


# ---- several at once ---------------------------------------------------------------------------


async def test_captures_of_one_folder_wait_for_each_other(bench: Bench, history: FolderHistory):
    bench.repo.write("file", "changed\n")
    refs = await asyncio.gather(*(bench.capture() for _ in range(5)))
    assert len(set(refs)) == 1


async def test_a_busy_folder_does_not_hold_up_another(
    bench: Bench, history: FolderHistory, tmp_path: Path
):
    other = tmp_path / "other"
    other.mkdir()
    async with history.exclusively():
        assert (await bench.workspace.capture(other)).checkpoint_ref


async def test_a_cancelled_capture_leaves_what_it_saw_in_doubt(
    bench: Bench, history: FolderHistory
):
    await bench.open_tool()
    bench.repo.write("file", "by the agent, probably\n")
    cancelled = asyncio.ensure_future(bench.capture())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    await bench.capture()
    assert (await owners(bench, "file")) in (NOBODY, {TURN})
    bench.repo.write("second", "by the agent\n")
    await bench.close_tool()
    assert await owners(bench, "second") == {TURN}


async def test_many_missing_paths_are_counted_as_cut_short(bench: Bench):
    for number in range(1_010):
        bench.repo.write(f"f{number}", "x")
    bench.reopen(limits=CaptureLimits(files=5))
    captured = await bench.workspace.capture(bench.root)
    assert len(captured.missing) == 1_005
    bench.reopen()
    assert (await bench.folder()).chain.segment(1).cut_short


async def test_a_change_of_very_many_files_is_known_after_a_restart_too(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("peon.workspace.segments.LISTED", 5)
    for number in range(10):
        bench.repo.write(f"file {number}", "on one branch\n")
    start = await bench.capture()
    await bench.open_tool("file 3")
    for number in range(10):
        bench.repo.write(f"file {number}", "on another\n")
    await bench.close_tool()
    before = (await bench.folder()).chain.segment(2)
    folder = await bench.folder()
    (_, message) = (await folder.store.messages())[-1]
    assert len(message) < 700
    bench.reopen()
    after = (await bench.folder()).chain.segment(2)
    assert (after.changes, len(after.changes)) == (before.changes, 10)
    assert await owners(bench, "file 3") == {TURN}
    assert await owners(bench, "file 4") == NOBODY
    await bench.restore(start)
    assert bench.repo.read("file 3") == "on one branch\n"
    assert bench.repo.read("file 4") == "on another\n"
