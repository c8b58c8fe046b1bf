"""A repository's own programs never run, whatever it configures, unless the user commits or
pushes.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from peon.workspace.branches import list_branches
from peon.workspace.diffs import DiffOptions
from peon.workspace.git import Git
from peon.workspace.paths import shown
from peon.workspace.repository import locate
from support.bench import TURN, Bench
from support.hostile import ODD_NAMES, HostileRepo
from support.repositories import fingerprint
from support.reviews import reject, review, turn


@pytest.fixture
def hostile(tmp_path: Path, environ: Mapping[str, str]) -> HostileRepo:
    return HostileRepo(tmp_path, environ)


@pytest.fixture
def bench(bench: Bench, hostile: HostileRepo) -> Bench:
    bench.repo = hostile.repo
    return bench


def test_the_canaries_do_fire_when_the_users_own_git_is_asked(hostile: HostileRepo):
    hostile.repo.write("plain", "changed\n")
    hostile.repo.git("add", "plain", check=False)
    hostile.repo.git("status", check=False)
    hostile.repo.git("diff", check=False)
    assert {"fired-clean", "fired-fsmonitor"} <= hostile.fired()


async def test_captures_run_nothing_and_touch_nothing(bench: Bench, hostile: HostileRepo):
    before = fingerprint(bench.root)
    await bench.capture()
    await bench.capture()
    assert (hostile.fired(), fingerprint(bench.root) == before) == (set(), True)
    for name in ("plain", "nested/code", "folder/new.txt", "linked/file", "pointed/file"):
        bench.repo.write(name, f"changed {name}\n")
    before = fingerprint(bench.root)
    held = await bench.held(await bench.capture())
    assert (hostile.fired(), fingerprint(bench.root) == before) == (set(), True)
    assert held[b"plain"] == b"changed plain\n"
    assert held[b"nested/code"] == b"changed nested/code\n"
    assert held[b"linked/file"] == b"changed linked/file\n"
    assert held[b"$Id$"] == b"$Id$\n"
    assert held[b"utf16"] == "text\n".encode("utf-16")
    assert {b"odd/" + name for name in ODD_NAMES} <= held.keys()


async def test_restoring_runs_nothing_and_leaves_the_repository_alone(
    bench: Bench, hostile: HostileRepo
):
    ref = await bench.capture()
    await bench.open_tool()
    for name in (b"plain", b"nested/code", b"utf16", *(b"odd/" + name for name in ODD_NAMES)):
        bench.repo.write(name, "by the agent\n")
    await bench.close_tool()
    before = fingerprint(bench.root / ".git")
    request = bench.request(ref)
    seen = await bench.workspace.preview(bench.root, request)
    done = await bench.restore(ref)
    assert seen.restored == done.restored
    assert len(done.restored) == 3 + len(ODD_NAMES)
    assert done.kept == ()
    assert bench.repo.read("plain") == "text\n"
    assert (bench.root / "utf16").read_bytes() == "text\n".encode("utf-16")
    assert (hostile.fired(), fingerprint(bench.root / ".git") == before) == (set(), True)


async def test_comparing_checkpoints_runs_nothing(bench: Bench, hostile: HostileRepo):
    first = await bench.capture()
    bench.repo.write("plain", "changed\n")
    bench.repo.write("nested/code", "changed\n")
    second = await bench.capture()
    page = await bench.workspace.turn_diff(bench.root, first, second)
    assert [file.path for file in page.files] == ["nested/code", "plain"]
    assert page.files[1].hunks[0].lines == ("-text", "+changed")
    assert hostile.fired() == set()


async def test_reviewing_and_asking_why_run_nothing(bench: Bench, hostile: HostileRepo):
    start = await bench.capture()
    names = (b"utf16", b"nested/code", *(b"odd/" + name for name in ODD_NAMES[:6]))
    await turn(bench, "plain", "by the agent\n")
    await bench.open_tool()
    for name in names:
        bench.repo.write(name, "by the agent\n")
    await bench.close_tool()
    before = fingerprint(bench.root)
    seen = await review(bench, start)
    for path in ("plain", "nested/code", f"odd/{shown(ODD_NAMES[0])}"):
        (origin,) = await bench.workspace.why(bench.root, path, 1, 1)
        assert origin.owners == {TURN}
    assert {file.path for file in seen.files} == {b"plain", *names}
    assert (hostile.fired(), fingerprint(bench.root) == before) == (set(), True)

    await reject(bench, start)
    assert bench.repo.read("plain") == "text\n"
    assert bench.repo.read("nested/code") == "inside\n"
    assert hostile.fired() == set()


async def test_branches_run_nothing(bench: Bench, hostile: HostileRepo):
    before = fingerprint(bench.root / ".git")
    repository = await locate(Git(bench.environ), bench.root)
    found = await list_branches(repository, 10)

    assert [each.name for each in found.listed] == ["main"]
    assert (hostile.fired(), fingerprint(bench.root / ".git") == before) == (set(), True)


async def test_questions_to_the_users_git_run_nothing_and_touch_nothing(
    bench: Bench, hostile: HostileRepo
):
    bench.repo.write("plain", "changed\n")
    bench.repo.write("untracked.txt", "new\n")
    bench.repo.write("folder/new", "new\n")
    before = fingerprint(bench.root)
    status = await bench.workspace.status(bench.root)
    page = await bench.workspace.diff(bench.root, DiffOptions(paths=("plain", "untracked.txt")))
    await bench.workspace.head(bench.root)
    assert hostile.fired() == set()
    assert fingerprint(bench.root) == before
    assert {"plain", "untracked.txt"} <= {file.path for file in status.files}
    assert [file.hunks[0].lines for file in page.files] == [("-text", "+changed"), ("+new",)]


async def test_a_branch_whose_name_looks_like_an_option_is_a_branch(bench: Bench):
    head = bench.root / ".git" / "HEAD"
    (bench.root / ".git" / "refs" / "heads" / "--output=fired").write_bytes(
        (bench.root / ".git" / "refs" / "heads" / "main").read_bytes()
    )
    head.write_text("ref: refs/heads/--output=fired\n")
    assert (await bench.workspace.head(bench.root)).branch == "--output=fired"


async def test_ids_that_look_like_paths_or_options_stay_ids(bench: Bench):
    ref = await bench.capture()
    history = await bench.history()
    owner = TURN.__class__("../../thread; touch fired", "--output=fired")
    await history.turn_started(owner)
    await history.tool_opened(owner, "$(touch fired)", None)
    bench.repo.write("plain", "changed\n")
    await history.tool_closed("$(touch fired)")
    request = bench.request(ref).__class__("../../thread; touch fired", ref)
    await bench.workspace.restore(bench.root, request, restore_id="../../../restore")
    assert bench.repo.read("plain") == "text\n"
    assert list(bench.root.parent.rglob("fired")) == []
