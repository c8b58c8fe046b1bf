"""Taking changes of a turn back, so that nobody else's byte is lost, whatever happens meanwhile."""

import random
from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from peon.workspace.entries import Owner
from peon.workspace.hunks import split_lines
from peon.workspace.paths import shown
from peon.workspace.restore import KeptPath, RestoreRequest
from peon.workspace.take_back import Choice, LeftAlone, TakeBackRequest
from peon.workspace.touched import TurnSpan
from support.bench import TURN, Bench
from support.repositories import contents, fingerprint
from support.reviews import TEN, files, reject, review, standings, turn


@pytest.fixture
async def start(bench: Bench) -> str:
    bench.repo.write("file", TEN)
    return await bench.capture()


async def test_one_change_goes_and_the_other_stays(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("7\n", "seven\n"))
    done = await reject(bench, start, "file", 0)
    found = (await files(bench, start))["file"]

    assert bench.repo.read("file") == TEN.replace("7\n", "seven\n")
    assert (done.files, done.left) == ((("file", (found.hunks[0].hunk_id,)),), ())
    assert standings(found) == ["undone", "inPlace"]
    assert done.patch is not None
    assert "-2\n+two\n" in done.patch


async def test_all_of_a_turn_goes(bench: Bench, start: str):
    before = contents(bench.root)
    await bench.open_tool()
    bench.repo.write("file", TEN.replace("2\n", "two\n"))
    bench.repo.write("new/deep", "new\n")
    await bench.close_tool()
    await reject(bench, start)

    assert contents(bench.root) == before
    assert not bench.repo.exists("new")


async def test_the_user_s_lines_stay_wherever_they_are(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n"))
    mine = "above\n" + TEN.replace("2\n", "two\n").replace("3\n", "three\n") + "below\n"
    bench.repo.write("file", mine)
    done = await reject(bench, start, "file")

    assert done.left == ()
    assert bench.repo.read("file") == mine.replace("two\n", "2\n")


async def test_lines_that_were_changed_since_are_a_conflict(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("7\n", "seven\n"))
    mine = TEN.replace("2\n", "zwei\n").replace("7\n", "seven\n")
    bench.repo.write("file", mine)
    found = (await files(bench, start))["file"]
    done = await reject(bench, start, "file")

    assert standings(found) == ["changed", "inPlace"]
    assert done.left == (LeftAlone("file", found.hunks[0].hunk_id, "changedSince"),)
    assert bench.repo.read("file") == mine.replace("seven\n", "7\n")


async def test_a_file_that_the_user_deleted_stays_deleted(bench: Bench, start: str):
    await turn(bench, "file", TEN + "more\n")
    (bench.root / "file").unlink()
    done = await reject(bench, start)

    assert [each.reason for each in done.left] == ["changedSince"]
    assert not bench.repo.exists("file")


async def test_of_a_new_file_only_the_user_s_lines_are_left(bench: Bench, start: str):
    await turn(bench, "new", "agent\n")
    bench.repo.write("new", "agent\nmine\n")
    await reject(bench, start, "new")

    assert bench.repo.read("new") == "mine\n"


async def test_a_deleted_file_comes_back_unless_something_stands_there(bench: Bench, start: str):
    await bench.open_tool()
    (bench.root / "file").unlink()
    await bench.close_tool()
    bench.repo.write("file", "mine\n")
    kept = await reject(bench, start, name="first")
    (bench.root / "file").unlink()
    await reject(bench, start, name="second")

    assert [each.reason for each in kept.left] == ["changedSince"]
    assert bench.repo.read("file") == TEN


async def test_a_renamed_file_goes_home_with_what_the_user_wrote_in_it(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("there", TEN.replace("4\n", "four\n"))
    (bench.root / "file").unlink()
    await bench.close_tool()
    bench.repo.write("there", TEN.replace("4\n", "four\n") + "mine\n")
    await reject(bench, start, "there")

    assert bench.repo.read("file") == TEN + "mine\n"
    assert not bench.repo.exists("there")


async def test_a_file_whose_old_place_is_taken_stays_where_it_is(bench: Bench, start: str):
    await bench.open_tool()
    bench.repo.write("there", TEN)
    (bench.root / "file").unlink()
    await bench.close_tool()
    bench.repo.write("file", "mine\n")
    done = await reject(bench, start)

    assert [each.reason for each in done.left] == ["changedSince"]
    assert (bench.repo.read("there"), bench.repo.read("file")) == (TEN, "mine\n")


async def test_a_file_whose_old_place_is_taken_meanwhile_stays_where_it_is(
    bench: Bench, start: str
):
    await bench.open_tool()
    (bench.root / "file").rename(bench.root / "there")
    await bench.close_tool()

    def take(step: str) -> None:
        if step == "ready":
            bench.repo.write("file", "mine\n")

    bench.reopen(steps=take)
    done = await reject(bench, start)

    assert (bench.repo.read("there"), bench.repo.read("file")) == (TEN, "mine\n")
    assert {each.reason for each in done.left} <= {"changedMeanwhile", "lastCopy"}
    assert done.files == ()


async def test_what_is_left_of_a_turn_is_no_state_that_others_are_undone_below(bench: Bench):
    """Another thread wrote the file first; then a turn, of which a part was rejected."""
    other = Owner("other thread", "turn")
    bench.repo.write("file", TEN)
    start = await bench.capture()
    await bench.open_tool(owner=other)
    bench.repo.write("file", TEN.replace("0\n", "zero\n"))
    await bench.close_tool(other)
    middle = await bench.capture()
    after = TEN.replace("0\n", "zero\n").replace("4\n", "four\n").replace("9\n", "nine\n")
    await turn(bench, "file", after)
    await reject(bench, middle, "file", 0)
    left = bench.repo.read("file")
    request = RestoreRequest(other.thread_id, start)
    done = await bench.workspace.restore(bench.root, request, restore_id="theirs")

    assert left == TEN.replace("0\n", "zero\n").replace("9\n", "nine\n")
    assert bench.repo.read("file") == left
    assert done.kept == (KeptPath("file", "changedSince"),)


async def test_modes_links_and_bytes(bench: Bench, start: str):
    bench.repo.write("tool", "#!/bin/sh\n")
    bench.repo.write("image", b"\0\1")
    bench.repo.write("latin", b"caf\xe9\r\nthe\r\n")
    (bench.root / "link").symlink_to("file")
    before = contents(bench.root)
    start = await bench.capture()
    await bench.open_tool()
    (bench.root / "tool").chmod(0o755)
    bench.repo.write("image", b"\0\2")
    bench.repo.write("latin", b"caf\xe9\r\nth\xe9\r\n")
    (bench.root / "link").unlink()
    (bench.root / "link").symlink_to("tool")
    await bench.close_tool()
    done = await reject(bench, start)

    assert done.left == ()
    assert contents(bench.root) == before


@pytest.mark.parametrize(
    "name",
    [b"-rf", b"$(touch canary)", b"a\nb", b"caf\xe9", b'"quoted"', b"--output=x", b":(top)x"],
    ids=repr,
)
async def test_names_that_look_like_something_else(bench: Bench, name: bytes):
    bench.repo.write(name, TEN)
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write(name, TEN.replace("2\n", "two\n"))
    await bench.close_tool()
    (file,) = (await review(bench, start)).files
    await reject(bench, start, shown(file.path), 0)

    assert file.path == name
    assert bench.repo.read(name) == TEN
    assert not bench.repo.exists("canary")


async def test_a_link_that_took_the_place_of_a_folder_is_not_followed(
    bench: Bench, start: str, tmp_path: Path
):
    await turn(bench, "folder/file", "agent\n")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("agent\n")
    (bench.root / "folder" / "file").unlink()
    (bench.root / "folder").rmdir()
    (bench.root / "folder").symlink_to(outside)
    done = await reject(bench, start)

    assert (outside / "file").read_text() == "agent\n"
    assert done.files == () or done.left == ()


# ---- undoing, asking again -----------------------------------------------------------------------


async def test_a_rejection_can_be_undone_and_done_again(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("7\n", "seven\n"))
    after = bench.repo.read("file")
    done = await reject(bench, start, "file", 0)
    assert done.before_ref is not None
    await bench.restore(done.before_ref, "undo")
    assert bench.repo.read("file") == after
    assert standings((await files(bench, start))["file"]) == ["inPlace", "inPlace"]

    await reject(bench, start, "file", 0, name="again")
    assert bench.repo.read("file") == TEN.replace("7\n", "seven\n")


async def test_the_turn_can_be_undone_after_a_part_was_rejected(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("7\n", "seven\n"))
    await reject(bench, start, "file", 0)
    done = await bench.restore(start)

    assert done.kept == ()
    assert bench.repo.read("file") == TEN


async def test_asked_again_it_tells_what_was_done(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("7\n", "seven\n"))
    file = (await files(bench, start))["file"]
    choice = Choice("file", (file.hunks[1].hunk_id,))
    request = TakeBackRequest(TurnSpan(TURN, start), choice, "reject")
    first = await bench.workspace.take_back(bench.root, request)
    bench.repo.write("file", "mine\n")
    bench.reopen()
    again = await bench.workspace.take_back(bench.root, request)

    assert again == first
    assert bench.repo.read("file") == "mine\n"


async def test_what_is_gone_already_needs_nothing(bench: Bench, start: str):
    await turn(bench, "file", TEN.replace("2\n", "two\n"))
    await reject(bench, start)
    again = await reject(bench, start, name="again")

    assert (len(again.files), again.left, again.before_ref) == (1, (), None)


@pytest.mark.parametrize(
    "choice, code",
    [
        (Choice("other", None), "review.fileNotFound"),
        (Choice("file", ("none",)), "review.hunkNotFound"),
        (Choice(None, ("none",)), "review.hunkNotFound"),
        (Choice("../file", None), "review.fileNotFound"),
    ],
)
async def test_what_the_turn_did_not_do_is_refused(
    bench: Bench, start: str, choice: Choice, code: str
):
    await turn(bench, "file", TEN + "more\n")
    before = fingerprint(bench.root)
    request = TakeBackRequest(TurnSpan(TURN, start), choice, "reject")
    with pytest.raises(ExternalFailure) as failed:
        await bench.workspace.take_back(bench.root, request)

    assert failed.value.code == code
    assert failed.value.remedy
    assert fingerprint(bench.root) == before


# ---- at random -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
async def test_no_line_of_the_user_s_is_ever_lost(bench: Bench, seed: int):
    """Whatever turn and user do by turns, and whatever is rejected then."""
    chance = random.Random(seed)
    names = ["a", "b", "c"]
    for name in names:
        bench.repo.write(name, "".join(f"{name}{number}\n" for number in range(6)))
    start = await bench.capture()
    for round_ in range(6):
        by_agent = chance.random() < 0.6
        if by_agent:
            await bench.open_tool()
        _edit(bench, chance, names, f"{'agent' if by_agent else 'user'}{round_}")
        if by_agent:
            await bench.close_tool()
    for number in range(3):
        page = await review(bench, start)
        hunks = [(file, hunk) for file in page.files for hunk in file.hunks]
        if not hunks:
            return
        before = _lines(bench, names)
        file, hunk = chance.choice(hunks)
        choice = Choice(shown(file.path), (hunk.hunk_id,))
        request = TakeBackRequest(TurnSpan(TURN, start), choice, f"reject{number}")
        await bench.workspace.take_back(bench.root, request)
        gone = before - _lines(bench, names)
        assert not any(b"user" in line for line in gone)


def _edit(bench: Bench, chance: random.Random, names: list[str], mark: str) -> None:
    for name in chance.sample(names, 2):
        file = bench.root / name
        lines = split_lines(file.read_bytes()) if file.exists() else []
        for number in range(chance.randint(1, 2)):
            place = chance.randint(0, len(lines))
            match chance.choice(["add", "replace", "delete"]):
                case "add":
                    lines.insert(place, f"{mark} {name} {number}\n".encode())
                case "replace" if place < len(lines):
                    lines[place] = f"{mark} {name} {number}\n".encode()
                case _ if place < len(lines) and mark.startswith("user"):
                    del lines[place]
        file.write_bytes(b"".join(lines))


def _lines(bench: Bench, names: list[str]) -> set[bytes]:
    files = [bench.root / name for name in names]
    return {line for each in files if each.exists() for line in split_lines(each.read_bytes())}
