"""What differs, and how, as people see it: kinds, counts, hunks, pages."""

import pytest

from peon.workspace.changes import FileStatus
from peon.workspace.diffs import DiffFile, DiffOptions, DiffPage
from support.bench import Bench


async def between(bench: Bench, first: str, options: DiffOptions | None = None) -> DiffPage:
    """What changed since a checkpoint."""
    return await bench.workspace.turn_diff(bench.root, first, await bench.capture(), options)


def by_path(page: DiffPage) -> dict[str, DiffFile]:
    return {file.path: file for file in page.files}


# ---- between checkpoints -----------------------------------------------------------------------


async def test_every_kind_of_change_is_named(bench: Bench):
    bench.repo.write("modified", "1\n2\n3\n")
    bench.repo.write("deleted", "gone\n")
    bench.repo.write("renamed", "a file\nwith some\nlines in it\n")
    bench.repo.write("program", "#!/bin/sh\n")
    first = await bench.capture()
    bench.repo.write("modified", "1\ntwo\n3\n")
    (bench.root / "deleted").unlink()
    (bench.root / "renamed").rename(bench.root / "new name")
    (bench.root / "program").chmod(0o755)
    bench.repo.write("added", "x\ny\n")
    page = await between(bench, first)
    files = by_path(page)
    assert {path: file.kind for path, file in files.items()} == {
        "added": "added",
        "deleted": "deleted",
        "modified": "modified",
        "new name": "renamed",
        "program": "mode",
    }
    assert files["new name"].old_path == "renamed"
    assert (files["program"].old_mode, files["program"].new_mode) == ("100644", "100755")
    assert (page.total, page.added, page.removed, page.next) == (5, 3, 2, None)
    hunk = files["modified"].hunks[0]
    assert (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines) == (1, 3, 1, 3)
    assert hunk.lines == (" 1", "-2", "+two", " 3")


async def test_a_binary_file_is_summed_up(bench: Bench):
    bench.repo.write("image", bytes(range(256)))
    first = await bench.capture()
    bench.repo.write("image", bytes(reversed(range(256))))
    (file,) = (await between(bench, first)).files
    assert (file.binary, file.kind, file.hunks) == (True, "modified", ())


async def test_too_many_hunks_are_cut(bench: Bench):
    bench.repo.write("long", "".join(f"{n} {'x' * 60}\n" for n in range(1_000)))
    first = await bench.capture()
    bench.repo.write("long", "".join(f"{n} {'y' * 60}\n" for n in range(1_000)))
    whole = await between(bench, first)
    assert (whole.files[0].cut, len(whole.files[0].hunks)) == (False, 1)
    bench.reopen()
    bench.repo.write("long", "".join(f"{n} {'z' * 90}\n" for n in range(1_000)) * 4)
    (file,) = (await between(bench, first)).files
    assert (file.cut, file.added) == (True, 4_000)


async def test_a_difference_comes_in_pages(bench: Bench):
    first = await bench.capture()
    for number in range(5):
        bench.repo.write(f"file {number}", f"{number}\n")
    second = await bench.capture()
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        options = DiffOptions(offset=offset, limit=2)
        page = await bench.workspace.turn_diff(bench.root, first, second, options)
        assert page.total == 5
        assert all(file.hunks for file in page.files)
        seen += [file.path for file in page.files]
        offset = page.next
    assert seen == [f"file {number}" for number in range(5)]


async def test_only_the_chosen_paths_are_shown(bench: Bench):
    first = await bench.capture()
    for name in ("in/one", "in/two", "out"):
        bench.repo.write(name, "x\n")
    page = await between(bench, first, DiffOptions(paths=("in",)))
    assert list(by_path(page)) == ["in/one", "in/two"]


async def test_hunks_can_be_left_out(bench: Bench):
    first = await bench.capture()
    bench.repo.write("file", "x\n")
    page = await between(bench, first, DiffOptions(hunks=False))
    assert (page.files[0].hunks, page.files[0].added) == ((), 1)


@pytest.mark.parametrize("name", [b"\xff", b"a\nb", b"diff --git a b", b"*", b'"', b":(top)"])
async def test_a_file_of_any_name_is_shown(bench: Bench, name: bytes):
    first = await bench.capture()
    bench.repo.write(name, "diff --git is text\n@@ -1 +1 @@\n")
    (file,) = (await between(bench, first)).files
    assert file.hunks[0].lines == ("+diff --git is text", "+@@ -1 +1 @@")


async def test_a_missing_last_newline_is_told(bench: Bench):
    bench.repo.write("file", "one")
    first = await bench.capture()
    bench.repo.write("file", "one\n")
    (file,) = (await between(bench, first)).files
    assert file.hunks[0].lines == ("-one", "\\ No newline at end of file", "+one")


async def test_what_is_no_text_is_shown_as_far_as_it_can_be(bench: Bench):
    bench.repo.write("latin", "caf\xe9\n".encode("latin-1"))
    first = await bench.capture()
    bench.repo.write("latin", "tea\n")
    (file,) = (await between(bench, first)).files
    assert file.hunks[0].lines == ("-caf\N{REPLACEMENT CHARACTER}", "+tea")


async def test_a_file_that_moved_into_a_new_repository_is_unchanged(bench: Bench):
    bench.repo.write("inner/file", "same\n")
    first = await bench.capture()
    bench.repo.write("inner/.git/HEAD", "ref: refs/heads/main\n")
    (bench.root / "inner" / ".git" / "objects").mkdir()
    (bench.root / "inner" / ".git" / "refs").mkdir()
    assert (await between(bench, first)).files == ()


# ---- the user's work tree ----------------------------------------------------------------------


async def test_the_status_names_what_is_staged_and_what_is_not(bench: Bench):
    for name in ("staged", "both", "unstaged", "removed", "old name"):
        bench.repo.write(name, f"{name} has these lines\nand more\n")
    commit = bench.repo.commit()
    bench.repo.write("staged", "2")
    bench.repo.write("both", "2")
    bench.repo.git("add", "staged", "both")
    bench.repo.git("mv", "old name", "new name")
    bench.repo.write("both", "3")
    bench.repo.write("unstaged", "2")
    (bench.root / "removed").unlink()
    bench.repo.write("folder/unknown", "x")
    status = await bench.workspace.status(bench.root)
    assert (status.commit, status.branch, status.upstream) == (commit, "main", None)
    assert set(status.files) == {
        FileStatus("staged", None, "modified", None),
        FileStatus("both", None, "modified", "modified"),
        FileStatus("unstaged", None, None, "modified"),
        FileStatus("removed", None, None, "deleted"),
        FileStatus("new name", "old name", "renamed", None),
        FileStatus("folder/unknown", None, None, "untracked"),
    }


async def test_the_status_counts_what_it_does_not_list(bench: Bench):
    for number in range(5):
        bench.repo.write(f"file {number}")
    status = await bench.workspace.status(bench.root, limit=2)
    assert (len(status.files), status.total) == (2, 5)


async def test_the_status_knows_how_far_the_upstream_is(bench: Bench):
    bench.repo.commit("one")
    bench.repo.git("branch", "upstream")
    bench.repo.git("branch", "-q", "--set-upstream-to=upstream")
    bench.repo.commit("two")
    status = await bench.workspace.status(bench.root)
    assert (status.upstream, status.ahead, status.behind) == ("upstream", 1, 0)


async def test_an_unborn_branch_and_a_detached_head_are_told(bench: Bench):
    unborn = await bench.workspace.head(bench.root)
    assert (unborn.commit, unborn.branch) == (None, "main")
    commit = bench.repo.commit()
    bench.repo.git("checkout", "-q", "--detach")
    detached = await bench.workspace.head(bench.root)
    assert (detached.commit, detached.branch) == (commit, None)
    status = await bench.workspace.status(bench.root)
    assert (status.commit, status.branch) == (commit, None)


async def test_a_conflict_is_told(bench: Bench):
    bench.repo.write("file", "base\n")
    bench.repo.commit()
    bench.repo.git("checkout", "-q", "-b", "side")
    bench.repo.write("file", "side\n")
    bench.repo.commit()
    bench.repo.git("checkout", "-q", "main")
    bench.repo.write("file", "main\n")
    bench.repo.commit()
    bench.repo.git("merge", "side", check=False)
    status = await bench.workspace.status(bench.root)
    assert status.files == (FileStatus("file", None, "unmerged", "unmerged"),)


async def test_the_status_of_a_subfolder_is_relative_to_it(bench: Bench):
    bench.repo.write("inner/file", "x")
    bench.repo.write("outer", "x")
    status = await bench.workspace.status(bench.root / "inner")
    assert [file.path for file in status.files] == ["file"]


async def test_the_difference_shows_new_files_too(bench: Bench):
    bench.repo.write("file", "1\n")
    bench.repo.write("inner/file", "1\n")
    bench.repo.commit()
    bench.repo.write("file", "2\n")
    bench.repo.write("inner/file", "2\n")
    bench.repo.git("add", "file")
    bench.repo.write("inner/new", "new\n")
    page = await bench.workspace.diff(bench.root)
    assert {path: file.kind for path, file in by_path(page).items()} == {
        "file": "modified",
        "inner/file": "modified",
        "inner/new": "added",
    }
    assert by_path(page)["inner/new"].hunks[0].lines == ("+new",)
    inner = await bench.workspace.diff(bench.root / "inner")
    assert list(by_path(inner)) == ["file", "new"]
    assert inner.files[0].hunks[0].lines == ("-1", "+2")


async def test_the_difference_of_an_unborn_branch_is_everything(bench: Bench):
    bench.repo.write("file", "1\n")
    page = await bench.workspace.diff(bench.root)
    assert [(file.path, file.kind) for file in page.files] == [("file", "added")]
