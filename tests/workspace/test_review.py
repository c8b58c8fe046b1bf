"""Reviewing a turn: what it did, and only that, is shown change by change."""

import pytest

from peon.workspace.entries import Owner
from peon.workspace.paths import shown
from peon.workspace.touched import TurnSpan
from support.bench import TURN, Bench
from support.repositories import fingerprint
from support.reviews import TEN, files, reject, review, standings, turn

OTHER = Owner("other thread", "turn")


@pytest.fixture
async def start(bench: Bench) -> str:
    bench.repo.write("file", TEN)
    return await bench.capture()


async def test_changes_are_shown_one_by_one(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("7\n", ""))
    (file,) = (await review(bench, start)).files
    first, second = file.hunks

    assert (file.kind, file.binary) == ("modified", False)
    assert first.patch == "@@ -1,6 +1,6 @@\n 0\n 1\n-2\n+two\n 3\n 4\n 5\n"
    assert second.patch == "@@ -5,6 +5,5 @@\n 4\n 5\n 6\n-7\n 8\n 9\n"
    assert standings(file) == ["inPlace", "inPlace"]


async def test_every_kind_of_change_is_told(bench: Bench, start: str):
    bench.repo.write("gone", "gone\n")
    bench.repo.write("tool", "#!/bin/sh\n")
    bench.repo.write("from/here", TEN)
    bench.repo.write("image", b"\0\1")
    (bench.root / "link").symlink_to("file")
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("new", "new\n")
    bench.repo.write("empty", "")
    (bench.root / "gone").unlink()
    (bench.root / "tool").chmod(0o755)
    bench.repo.write("to/there", TEN.replace("4\n", "four\n"))
    (bench.root / "from/here").unlink()
    bench.repo.write("image", b"\0\2")
    (bench.root / "link").unlink()
    (bench.root / "link").symlink_to("new")
    await bench.close_tool()
    found = await files(bench, start)

    assert {path: file.kind for path, file in found.items()} == {
        "empty": "added",
        "gone": "deleted",
        "image": "modified",
        "link": "modified",
        "new": "added",
        "to/there": "renamed",
        "tool": "mode",
    }
    assert {path: [hunk.kind for hunk in file.hunks] for path, file in found.items()} == {
        "empty": ["whole"],
        "gone": ["text"],
        "image": ["whole"],
        "link": ["whole"],
        "new": ["text"],
        "to/there": ["text", "rename"],
        "tool": ["mode"],
    }
    assert found["image"].binary
    assert found["tool"].hunks[0].patch == "old mode 100644\nnew mode 100755\n"


async def test_only_what_the_turn_did_is_reviewed(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n"))
    bench.repo.write("file", TEN.replace("2\n", "two\n").replace("5\n", "mine\n"))
    bench.repo.write("mine", "mine\n")
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("5\n", "mine\n") + "more\n")
    (file,) = (await review(bench, start)).files

    added = [line for hunk in file.hunks for line in (hunk.patch or "").split("\n") if "+" in line]
    assert [line for line in added if not line.startswith("@@")] == ["+two", "+more"]
    assert not any(hunk.shared for hunk in file.hunks)


async def test_lines_that_somebody_else_may_have_had_a_hand_in_are_shared(bench: Bench, start: str):
    await bench.open_tool()
    await bench.open_tool(owner=OTHER)
    bench.repo.write("file", TEN.replace("2\n", "two\n"))
    await bench.close_tool(owner=OTHER)
    await bench.close_tool()
    (file,) = (await review(bench, start)).files
    done = await reject(bench, start)

    assert [hunk.shared for hunk in file.hunks] == [True]
    assert [each.reason for each in done.left] == ["shared"]
    assert (done.files, done.before_ref) == ((), None)
    assert "two" in bench.repo.read("file")


async def test_pages_of_files(bench: Bench, start: str):
    await bench.open_tool()
    for name in "abcde":
        bench.repo.write(name, name)
    await bench.close_tool()
    span = TurnSpan(TURN, start)
    first = await bench.workspace.review(bench.root, span, None, 0, 2)
    last = await bench.workspace.review(bench.root, span, None, 4, 2)
    some = await review(bench, start, "b", "d")

    assert ([shown(file.path) for file in first.files], first.total, first.next) == (
        ["a", "b"],
        5,
        2,
    )
    assert ([shown(file.path) for file in last.files], last.next) == (["e"], None)
    assert [shown(file.path) for file in some.files] == ["b", "d"]
    assert (await bench.workspace.review(bench.root, span, None, 9, 2)).files == ()


async def test_a_long_file_is_taken_or_left_as_a_whole(bench: Bench, start: str):
    bench.reopen()
    bench.repo.write("long", "line\n" * 250_000)
    start = await bench.capture()
    await turn(bench, "long", "line\n" * 250_000 + "more\n")
    file = (await files(bench, start))["long"]

    assert [(hunk.kind, hunk.patch) for hunk in file.hunks] == [("whole", None)]
    await reject(bench, start, "long")
    assert not bench.repo.read("long").endswith("more\n")


async def test_looking_touches_nothing_of_the_user_s(bench: Bench, start: str):
    await turn(bench, "file", TEN + "more\n")
    before = fingerprint(bench.root)
    await review(bench, start)

    assert fingerprint(bench.root) == before
