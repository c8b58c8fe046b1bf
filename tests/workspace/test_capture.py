"""A checkpoint holds the bytes of the folder, whatever kind of folder it is, and touches
nothing.
"""

import os
import socket
from pathlib import Path

import pytest

from peon.errors import ExternalFailure, Unavailable
from peon.runtime.clock import SystemClock
from peon.workspace.unit import CaptureLimits
from peon.workspace.workspace import Workspace
from support.bench import Bench
from support.repositories import Repo, fingerprint, make_repo


async def test_a_capture_holds_every_file_byte_for_byte(bench: Bench):
    bench.repo.write("text", "lines\r\nwith\nboth ends")
    bench.repo.write("folder/binary", bytes(range(256)))
    bench.repo.write("folder/empty")
    held = await bench.held(await bench.capture())
    assert held == {
        b"text": b"lines\r\nwith\nboth ends",
        b"folder/binary": bytes(range(256)),
        b"folder/empty": b"",
    }


async def test_an_unchanged_folder_keeps_its_checkpoint(bench: Bench):
    bench.repo.write("file", "same")
    first = await bench.workspace.capture(bench.root)
    second = await bench.workspace.capture(bench.root)
    assert second.checkpoint_ref == first.checkpoint_ref
    assert second.changed == 0


async def test_a_capture_counts_what_changed(bench: Bench):
    bench.repo.write("one", "1")
    bench.repo.write("two", "2")
    await bench.capture()
    bench.repo.write("one", "changed")
    bench.repo.write("three", "3")
    (bench.root / "two").unlink()
    assert (await bench.workspace.capture(bench.root)).changed == 3


async def test_links_are_kept_as_links_and_the_executable_bit_is_kept(bench: Bench):
    bench.repo.write("tool", "#!/bin/sh").chmod(0o755)
    (bench.root / "link").symlink_to("/etc/passwd")
    (bench.root / "dangling").symlink_to("nowhere")
    ref = await bench.capture()
    assert await bench.held(ref) == {
        b"tool": b"#!/bin/sh",
        b"link": b"/etc/passwd",
        b"dangling": b"nowhere",
    }
    (bench.root / "tool").chmod(0o644)
    assert (await bench.workspace.capture(bench.root)).changed == 1


@pytest.mark.parametrize(
    "name",
    [
        b"\xff\xfe not utf-8",
        b"new\nline",
        b"tab\tquote\"back\\slash'",
        b"-rf",
        b"--output=x",
        b":(glob)**",
        b"$(touch fired)",
        b" leading and trailing ",
        "\N{LATIN SMALL LETTER E WITH ACUTE}".encode(),
        "e\N{COMBINING ACUTE ACCENT}".encode(),
        b"*",
        b"#",
        b".gitmodules",
        b"git~1",
        b".git\xe2\x80\x8c",
        b"CON",
    ],
)
async def test_a_file_may_have_any_name(bench: Bench, name: bytes):
    bench.repo.write(name, "content")
    bench.repo.write(b"in/" + name + b"/deeper", "too")
    held = await bench.held(await bench.capture())
    assert held == {name: b"content", b"in/" + name + b"/deeper": b"too"}


async def test_names_that_differ_only_by_case_are_two_files(bench: Bench):
    bench.repo.write("Name", "upper")
    bench.repo.write("name", "lower")
    assert await bench.held(await bench.capture()) == {b"Name": b"upper", b"name": b"lower"}


async def test_what_git_keeps_for_itself_is_missing_and_said_so(bench: Bench):
    bench.repo.write("good", "kept")
    bench.repo.write("folder/.GIT", "not possible")
    (bench.root / "folder" / ".gitmodules").symlink_to("x")
    captured = await bench.workspace.capture(bench.root)
    assert await bench.held(captured.checkpoint_ref) == {b"good": b"kept"}
    assert {(one.path, one.reason) for one in captured.missing} == {
        ("folder/.GIT", "unstorableName"),
        ("folder/.gitmodules", "unstorableName"),
    }


async def test_a_file_over_the_cap_is_missing_and_said_so(bench: Bench):
    bench.repo.write("small", "kept")
    bench.repo.write("large", b"x" * 100_001)
    captured = await bench.workspace.capture(bench.root)
    assert await bench.held(captured.checkpoint_ref) == {b"small": b"kept"}
    assert [(one.path, one.reason) for one in captured.missing] == [("large", "tooLarge")]


async def test_an_unreadable_file_does_not_spoil_the_rest(bench: Bench):
    """As root everything can be read, so that one is made unreadable by a FIFO in its place."""
    for number in range(5):
        bench.repo.write(f"file {number}", "kept")
    await bench.capture()
    for number in range(5):
        bench.repo.write(f"file {number}", "changed")
    (bench.root / "file 2").unlink()
    os.mkfifo(bench.root / "file 2")
    captured = await bench.workspace.capture(bench.root)
    assert [(one.path, one.reason) for one in captured.missing] == [("file 2", "unreadable")]
    held = await bench.held(captured.checkpoint_ref)
    assert held[b"file 4"] == b"changed"


async def test_fifos_sockets_and_empty_folders_are_not_captured(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    os.mkfifo(bench.root / "fifo")
    (bench.root / "empty").mkdir()
    monkeypatch.chdir(bench.root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        bench.repo.write("file", "kept")
        captured = await bench.workspace.capture(bench.root)
    assert await bench.held(captured.checkpoint_ref) == {b"file": b"kept"}
    assert captured.missing == ()


async def test_files_folders_and_links_may_trade_places(bench: Bench):
    bench.repo.write("file", "file")
    bench.repo.write("folder/inside", "inside")
    (bench.root / "link").symlink_to("file")
    await bench.capture()
    (bench.root / "file").unlink()
    bench.repo.write("file/inside", "now a folder")
    (bench.root / "folder" / "inside").unlink()
    (bench.root / "folder").rmdir()
    (bench.root / "folder").symlink_to("file")
    (bench.root / "link").unlink()
    bench.repo.write("link", "now a file")
    assert await bench.held(await bench.capture()) == {
        b"file/inside": b"now a folder",
        b"folder": b"file",
        b"link": b"now a file",
    }


async def test_an_old_time_does_not_hide_a_new_content(bench: Bench):
    """Git compares whole seconds: without care, a file with an old time put on it looks
    unchanged.
    """
    for number in range(12):
        file = bench.repo.write("file", f"{number:03}")
        os.utime(file, (1_000_000_000, 1_000_000_000))
        held = await bench.held(await bench.capture())
        assert held == {b"file": f"{number:03}".encode()}


# ---- kinds of folders --------------------------------------------------------------------------


async def test_a_folder_without_git_has_checkpoints_too(bench: Bench, tmp_path: Path):
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "file").write_text("kept")
    (plain / ".gitignore").write_text("ignored\n")
    (plain / "ignored").write_text("not kept")
    captured = await bench.workspace.capture(plain)
    assert captured.missing == ()
    assert {entry.name for entry in plain.iterdir()} == {"file", ".gitignore", "ignored"}


async def test_a_subfolder_of_a_repository_follows_the_rules_from_its_top(bench: Bench):
    bench.repo.write(".gitignore", "/packages/*/built\nlogs\n")
    inner = bench.root / "packages" / "one"
    bench.repo.write("packages/one/source", "kept")
    bench.repo.write("packages/one/built/out", "ignored")
    bench.repo.write("packages/one/logs/today", "ignored")
    bench.repo.write("elsewhere", "outside")
    captured = await bench.workspace.capture(inner)
    assert await bench.held(captured.checkpoint_ref, inner) == {b"source": b"kept"}


async def test_an_emptied_subfolder_is_captured_as_empty(bench: Bench):
    file = bench.repo.write("inner/only", "1")
    inner = bench.root / "inner"
    await bench.workspace.capture(inner)
    file.unlink()
    assert (await bench.workspace.capture(inner)).changed == 1


async def test_a_project_under_a_home_that_ignores_everything_is_captured(
    bench: Bench, home: Path, environ: dict[str, str]
):
    """People keep their home in git with the rule `*`."""
    make_repo(home, environ)
    (home / ".gitignore").write_text("*\n")
    project = home / "work" / "project"
    project.mkdir(parents=True)
    (project / "file").write_text("kept")
    await bench.workspace.capture(project)
    (project / "file").write_text("changed")
    assert (await bench.workspace.capture(project)).changed == 1


async def test_a_linked_worktree_is_a_folder_like_any_other(bench: Bench, tmp_path: Path):
    bench.repo.write("file", "in both")
    bench.repo.commit()
    linked = tmp_path / "linked"
    bench.repo.git("worktree", "add", "-q", str(linked))
    before = fingerprint(bench.root)
    (linked / "file").write_text("changed")
    captured = await bench.workspace.capture(linked)
    assert captured.missing == ()
    assert fingerprint(bench.root) == before


async def test_nested_repositories_are_captured_with_their_contents(
    bench: Bench, environ: dict[str, str]
):
    inner = make_repo(bench.root / "vendor" / "lib%2F", environ)
    inner.write("code", "inside")
    inner.commit()
    deeper = make_repo(inner.root / "deeper", environ)
    deeper.write("more", "unborn")
    bench.repo.write("outer", "outside")
    ref = await bench.capture()
    assert await bench.held(ref) == {
        b"outer": b"outside",
        b"vendor/lib%2F/code": b"inside",
        b"vendor/lib%2F/deeper/more": b"unborn",
    }
    inner.write("code", "changed")
    assert (await bench.workspace.capture(bench.root)).changed == 1


async def test_a_folder_that_becomes_a_repository_has_not_changed(
    bench: Bench, environ: dict[str, str]
):
    bench.repo.write("inner/file", "same")
    await bench.capture()
    inner = make_repo(bench.root / "inner", environ)
    assert (await bench.workspace.capture(bench.root)).changed == 0
    inner.write("new", "x")
    assert (await bench.workspace.capture(bench.root)).changed == 1


async def test_a_repository_that_becomes_a_folder_has_not_changed(
    bench: Bench, environ: dict[str, str]
):
    inner = make_repo(bench.root / "inner", environ)
    inner.write("file", "same")
    await bench.capture()
    inner.git("config", "core.bare", "true")
    (inner.root / ".git").rename(bench.root.parent / "taken away")
    assert (await bench.workspace.capture(bench.root)).changed == 0


async def test_submodules_are_captured_with_their_contents(
    bench: Bench, tmp_path: Path, environ: dict[str, str]
):
    library = make_repo(tmp_path / "library", environ)
    library.write("code", "1")
    library.commit()
    bench.repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.root), "sub"
    )
    bench.repo.commit()
    bench.repo.write("sub/code", "2")
    held = await bench.held(await bench.capture())
    assert held[b"sub/code"] == b"2"


@pytest.mark.parametrize("broken", ["garbage", "gitdir: /nowhere/at/all", ""])
async def test_a_broken_repository_inside_does_not_void_the_rest(bench: Bench, broken: str):
    bench.repo.write("outer", "kept")
    bench.repo.write("inner/file", "kept?")
    bench.repo.write("inner/.git", broken)
    held = await bench.held(await bench.capture())
    assert held[b"outer"] == b"kept"
    assert held.get(b"inner/file") == b"kept?"


async def test_more_nested_repositories_than_the_limit_are_missing(
    bench: Bench, environ: dict[str, str]
):
    for number in range(4):
        make_repo(bench.root / f"inner {number}", environ).write("file", "x")
    bench.reopen(limits=CaptureLimits(units=2))
    captured = await bench.workspace.capture(bench.root)
    assert {one.path for one in captured.missing} == {"inner 2/", "inner 3/"}


# ---- what is ignored ---------------------------------------------------------------------------


async def test_ignored_files_are_left_out_by_every_kind_of_rule(bench: Bench, home: Path):
    bench.repo.write(".gitignore", "*.log\n")
    bench.repo.write("nested/.gitignore", "secret\n")
    bench.repo.write(".git/info/exclude", "excluded\n")
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text("*.everywhere\n")
    for name in ("a.log", "nested/secret", "excluded", "x.everywhere", "kept"):
        bench.repo.write(name, name)
    held = await bench.held(await bench.capture())
    assert set(held) == {b".gitignore", b"nested/.gitignore", b"kept"}


async def test_a_tracked_file_is_captured_although_it_is_ignored(bench: Bench):
    bench.repo.write("tracked.log", "1")
    bench.repo.commit()
    bench.repo.write(".gitignore", "*.log\n")
    assert b"tracked.log" in await bench.held(await bench.capture())


async def test_what_was_captured_stays_captured_when_the_rules_grow(bench: Bench):
    bench.repo.write("notes", "1")
    await bench.capture()
    bench.repo.write(".gitignore", "notes\n")
    bench.repo.write("notes", "2")
    assert (await bench.held(await bench.capture()))[b"notes"] == b"2"


# ---- bounds ------------------------------------------------------------------------------------


async def test_a_capture_that_takes_too_long_is_partial_and_goes_on_next_time(bench: Bench):
    for number in range(300):
        bench.repo.write(f"file {number}", str(number))
    short = await bench.workspace.capture(bench.root, seconds=0.0001)
    assert short.missing[0].reason == "notReached"
    whole = await bench.workspace.capture(bench.root)
    assert whole.missing == ()
    assert len(await bench.held(whole.checkpoint_ref)) == 300


async def test_more_files_than_the_limit_are_missing(bench: Bench):
    for number in range(10):
        bench.repo.write(f"file {number}", "x")
    bench.reopen(limits=CaptureLimits(files=4))
    captured = await bench.workspace.capture(bench.root)
    assert len(captured.missing) == 6
    assert len((await bench.workspace.capture(bench.root)).missing) == 2


async def test_more_bytes_than_the_limit_are_missing(bench: Bench):
    for number in range(4):
        bench.repo.write(f"file {number}", b"x" * 1000)
    bench.reopen(limits=CaptureLimits(total_bytes=2500))
    captured = await bench.workspace.capture(bench.root)
    assert [one.path for one in captured.missing] == ["file 2", "file 3"]


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["/", "~", "~/.."])
async def test_the_whole_disk_and_the_home_folder_are_refused(bench: Bench, home: Path, where: str):
    with pytest.raises(ExternalFailure) as refused:
        await bench.workspace.capture(Path(where.replace("~", str(home))))
    assert refused.value.code == "workspace.rootRefused"
    assert refused.value.remedy


@pytest.mark.parametrize("name", ["missing", "a file"])
async def test_what_is_no_folder_is_refused(bench: Bench, name: str):
    bench.repo.write("a file", "")
    with pytest.raises(ExternalFailure) as refused:
        await bench.workspace.capture(bench.root / name)
    assert refused.value.code == "workspace.notAFolder"


async def test_a_folder_that_vanished_is_a_clear_failure(bench: Bench, tmp_path: Path):
    gone = tmp_path / "gone"
    gone.mkdir()
    history = await bench.workspace.history(gone)
    await history.capture()
    gone.rmdir()
    with pytest.raises(ExternalFailure) as refused:
        await history.capture()
    assert refused.value.code == "workspace.notAFolder"


async def test_two_servers_do_not_share_one_store(bench: Bench):
    await bench.capture()
    other = Workspace(state=bench.state, clock=SystemClock(), environ=bench.environ)
    with pytest.raises(Unavailable, match="another process"):
        await other.capture(bench.root)


async def test_the_same_folder_by_another_name_has_the_same_history(bench: Bench, tmp_path: Path):
    (tmp_path / "alias").symlink_to(bench.root)
    assert await bench.workspace.history(tmp_path / "alias") is await bench.history()


# ---- what a killed git leaves ------------------------------------------------------------------


async def test_locks_that_a_killed_git_left_do_not_stop_the_next_capture(bench: Bench):
    bench.repo.write("file", "1")
    await bench.capture()
    folder = await bench.folder()
    bench.workspace.close()
    for index in folder.store.folder.glob("index-*"):
        index.with_name(index.name + ".lock").touch()
    bare = folder.store.folder / "objects.git"
    (bare / "refs" / "heads" / "captures.lock").touch()
    (bare / "HEAD.lock").touch()
    bench.reopen()
    bench.repo.write("file", "2")
    assert (await bench.held(await bench.capture())) == {b"file": b"2"}


async def test_a_broken_index_is_made_anew(bench: Bench):
    bench.repo.write("file", "1")
    await bench.capture()
    folder = await bench.folder()
    bench.workspace.close()
    for index in folder.store.folder.glob("index-*"):
        index.write_bytes(b"garbage")
    bench.reopen()
    captured = await bench.workspace.capture(bench.root)
    assert (captured.missing, captured.changed) == ((), 0)


async def test_the_users_repository_is_not_touched(bench: Bench, repo: Repo):
    repo.write("file", "1")
    repo.write(".gitattributes", "* text=auto eol=crlf\n")
    repo.commit()
    repo.write("file", "2\n")
    repo.write("new", "x\n")
    repo.git("add", "new")
    before = fingerprint(repo.root)
    await bench.capture()
    await bench.capture()
    await bench.workspace.status(repo.root)
    await bench.workspace.diff(repo.root)
    await bench.workspace.head(repo.root)
    assert fingerprint(repo.root) == before
