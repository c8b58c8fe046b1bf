"""What a restore does not speak of, it does not touch; and what it cannot know, it says."""

from pathlib import Path

import pytest

from peon.workspace.entries import Miss
from peon.workspace.restore import KeptPath
from support.bench import TURN, Bench
from support.repositories import contents, fingerprint, make_repo


async def test_nothing_but_the_restored_file_is_touched(bench: Bench):
    """Not the repository, not what is staged, no other file's times or inode."""
    bench.repo.write("file", "committed\n")
    bench.repo.write("other", "committed\n").chmod(0o750)
    bench.repo.commit()
    bench.repo.write("file", "staged by the user\n")
    bench.repo.git("add", "file")
    bench.repo.write("file", "not staged yet\n")
    bench.repo.write("folder/mine", "mine\n")
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    before = fingerprint(bench.root)
    staged = bench.repo.git("diff", "--cached")
    before_git = fingerprint(bench.root / ".git")
    await bench.restore(start)
    after = fingerprint(bench.root)

    assert fingerprint(bench.root / ".git") == before_git
    assert {name for name in after if after[name] != before[name]} == {".", "file"}
    assert after.keys() == before.keys()
    assert bench.repo.read("file") == "not staged yet\n"
    assert bench.repo.git("diff", "--cached") == staged


@pytest.mark.parametrize("kind", ["without git", "worktree", "subfolder", "detached", "bare"])
async def test_undo_works_in_every_kind_of_folder(
    bench: Bench, tmp_path: Path, environ: dict[str, str], kind: str
):
    bench.repo.write("inner/file", "committed\n")
    bench.repo.commit()
    folder = tmp_path / "linked"
    match kind:
        case "worktree":
            bench.repo.git("worktree", "add", "-q", str(folder))
        case "subfolder":
            folder = bench.root / "inner"
        case "detached":
            folder = bench.root
            bench.repo.git("checkout", "-q", "--detach")
        case "bare":
            make_repo(folder, environ).git("config", "core.bare", "true")
        case _:
            folder.mkdir()
    bench.repo = type(bench.repo)(folder, environ)
    bench.repo.write("file", "before\n")
    bench.repo.write(".gitignore", "ignored\n")
    bench.repo.write("ignored", "mine\n")
    before = contents(folder)
    start = await bench.capture()
    await bench.open_tool()
    for name in ("file", "ignored", "new"):
        bench.repo.write(name, "by the agent\n")
    await bench.close_tool()
    held = await bench.held(start)
    done = await bench.restore(start)

    assert held[b"file"] == b"before\n"
    assert b"ignored" not in held
    assert [each.path for each in done.restored] == ["file", "new"]
    assert bench.repo.read("ignored") == "by the agent\n"
    bench.repo.write("ignored", "mine\n")
    assert contents(folder) == before


async def test_a_folder_that_the_user_has_emptied_stays(bench: Bench):
    """What the turn put into it goes; it was there before the turn."""
    bench.repo.write("folder/mine", "mine\n")
    bench.repo.write("folder/inner/mine", "mine\n")
    start = await bench.capture()
    await bench.open_tool()
    for name in ("folder/agent", "folder/inner/agent", "folder/new/agent"):
        bench.repo.write(name, "by the agent\n")
    await bench.close_tool()
    for name in ("folder/mine", "folder/inner/mine"):
        (bench.root / name).unlink()
    await bench.restore(start)

    assert list((bench.root / "folder").iterdir()) == [bench.root / "folder" / "inner"]
    assert list((bench.root / "folder" / "inner").iterdir()) == []


async def test_an_empty_folder_of_the_user_s_bars_the_way(bench: Bench):
    bench.repo.write("file", "before\n")
    start = await bench.capture()
    await bench.open_tool()
    (bench.root / "file").unlink()
    bench.repo.write("file/agent", "by the agent\n")
    await bench.close_tool()
    (bench.root / "file" / "mine").mkdir()
    seen = await bench.workspace.preview(bench.root, bench.request(start))
    done = await bench.restore(start)

    assert (bench.root / "file" / "mine").is_dir()
    assert KeptPath("file", "blocked") in done.kept
    assert (seen.restored, seen.kept) == (done.restored, done.kept)


async def test_what_the_look_before_a_restore_missed_its_own_checkpoint_misses(bench: Bench):
    """What nobody has kept can be gone back to from neither."""
    bench.repo.write("file", "before\n")
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    bench.repo.write("huge", b"x" * 100_001)
    done = await bench.restore(start)
    chain = (await bench.folder()).chain

    assert chain.segment(chain.number(done.checkpoint_ref)).missing == (Miss(b"huge", "tooLarge"),)
    await bench.open_tool()
    bench.repo.write("huge", "small, by the agent\n")
    await bench.close_tool()
    again = await bench.restore(done.checkpoint_ref, "again", overwrite=True)
    assert again.restored == ()
    assert bench.repo.read("huge") == "small, by the agent\n"


async def test_a_turn_that_declares_a_link_owns_the_link_too(bench: Bench):
    """An edit writes through it, a removal does not."""
    bench.repo.write("file", "before\n")
    (bench.root / "link").symlink_to("file")
    start = await bench.capture()
    await bench.open_tool("link")
    (bench.root / "link").unlink()
    await bench.close_tool()
    change = (await bench.folder()).chain.changes(b"link", 0)[-1][1]
    await bench.restore(start)

    assert change.owners == {TURN}
    assert (bench.root / "link").readlink() == Path("file")
