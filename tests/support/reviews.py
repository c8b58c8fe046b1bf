"""Shorthands for reviewing what a turn changed."""

from peon.workspace.paths import shown
from peon.workspace.review import ReviewedFile
from peon.workspace.take_back import Choice, ReviewPage, TakeBackRequest, TakenBack
from peon.workspace.touched import TurnSpan
from support.bench import TURN, Bench

TEN = "".join(f"{number}\n" for number in range(10))
"""Ten lines."""


async def review(bench: Bench, start: str, *paths: str) -> ReviewPage:
    """A page of the turn's changes."""
    return await bench.workspace.review(bench.root, TurnSpan(TURN, start), paths or None, 0, 100)


async def files(bench: Bench, start: str) -> dict[str, ReviewedFile]:
    """The changed files by name."""
    return {shown(file.path): file for file in (await review(bench, start)).files}


def standings(file: ReviewedFile) -> list[str]:
    """How the changes of a file stand."""
    return [hunk.standing for hunk in file.hunks]


async def reject(
    bench: Bench,
    start: str,
    path: str | None = None,
    *numbers: int,
    name: str = "reject",
) -> TakenBack:
    """Take back the changes of these numbers in a file, or all."""
    hunks = None
    if path is not None and numbers:
        file = (await files(bench, start))[path]
        hunks = tuple(file.hunks[number].hunk_id for number in numbers)
    request = TakeBackRequest(TurnSpan(TURN, start), Choice(path, hunks), name)
    return await bench.workspace.take_back(bench.root, request)


async def turn(bench: Bench, name: str, content: str | bytes) -> None:
    """A tool call of the turn writes a file."""
    await bench.open_tool()
    bench.repo.write(name, content)
    await bench.close_tool()
