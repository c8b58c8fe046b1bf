"""Who wrote a line, exactly: by what stood in the file from look to look."""

from peon.workspace.entries import Owner
from peon.workspace.origins import LineOrigin
from support.bench import TURN, Bench
from support.reviews import TEN, reject, turn

OTHER = Owner("other thread", "turn")


async def why(bench: Bench, line: int, path: str = "file") -> LineOrigin:
    (origin,) = await bench.workspace.why(bench.root, path, line, line)
    return origin


async def test_a_line_is_its_turn_s_and_its_tool_call_s(bench: Bench):
    bench.repo.write("file", TEN)
    await bench.capture()
    await turn(bench, "file", TEN.replace("2\n", "two\n"))
    written = await why(bench, 3)

    assert written.owners == {TURN}
    assert written.tools == {f"tool of {TURN}"}
    assert (await why(bench, 1)).owners == frozenset()
    assert (await why(bench, 1)).known


async def test_tool_calls_of_one_turn_are_told_apart(bench: Bench):
    bench.repo.write("file", TEN)
    history = await bench.history()
    await bench.capture()
    for name, old, new in (("first", "2\n", "two\n"), ("second", "7\n", "seven\n")):
        await history.tool_opened(TURN, name, None)
        bench.repo.write("file", bench.repo.read("file").replace(old, new))
        await history.tool_closed(name)

    assert (await why(bench, 3)).tools == {"first"}
    assert (await why(bench, 8)).tools == {"second"}


async def test_what_nobody_s_turn_wrote_is_external(bench: Bench):
    bench.repo.write("file", TEN)
    await bench.capture()
    await turn(bench, "file", TEN.replace("2\n", "two\n"))
    bench.repo.write("file", "mine\n" + TEN.replace("2\n", "two\n").replace("3\n", "three\n"))

    assert (await why(bench, 1)).owners == frozenset()
    assert (await why(bench, 4)).owners == {TURN}
    assert (await why(bench, 5)).owners == frozenset()


async def test_two_at_once_are_both_named(bench: Bench):
    bench.repo.write("file", TEN)
    await bench.capture()
    await bench.open_tool()
    await bench.open_tool(owner=OTHER)
    bench.repo.write("file", TEN + "whose?\n")
    await bench.close_tool(owner=OTHER)
    await bench.close_tool()

    assert (await why(bench, 11)).owners == {TURN, OTHER}


async def test_it_is_known_after_a_restart_and_after_a_commit(bench: Bench):
    bench.repo.write("file", TEN)
    await bench.capture()
    await turn(bench, "file", TEN + "more\n")
    bench.repo.commit()
    bench.reopen()
    found = await why(bench, 11)

    assert found.owners == {TURN}
    assert found.tools == {f"tool of {TURN}"}


async def test_lines_that_come_back_are_whose_they_were(bench: Bench):
    bench.repo.write("file", TEN)
    await bench.capture()
    await turn(bench, "file", TEN + "by the first\n")
    start = await bench.capture()
    second = Owner("thread", "second")
    await bench.open_tool(owner=second)
    bench.repo.write("file", TEN)
    await bench.close_tool(owner=second)
    await bench.restore(start)

    assert (await why(bench, 11)).owners == {TURN}


async def test_lines_beside_a_change_that_was_taken_back_are_whose_they_were(bench: Bench):
    bench.repo.write("file", TEN)
    start = await bench.capture()
    await turn(bench, "file", TEN.replace("2\n", "two\n").replace("7\n", "seven\n"))
    await reject(bench, start, "file", 0)

    assert (await why(bench, 3)).owners == frozenset()
    assert (await why(bench, 8)).owners == {TURN}


async def test_a_renamed_file_keeps_its_authors(bench: Bench):
    bench.repo.write("file", TEN)
    await bench.capture()
    await turn(bench, "file", TEN.replace("2\n", "two\n"))
    (bench.root / "file").rename(bench.root / "renamed")

    assert (await why(bench, 3, "renamed")).owners == {TURN}
