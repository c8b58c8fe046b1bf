"""Whatever is opened may have become something else a moment before: a link, a pipe, nothing.

What is opened is heard by an audit hook before it is, in a process of its own: the
first time that the file is opened it is swapped. Who waits for a pipe is ended by an alarm.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from support.bench import Bench
from support.killing import in_child
from support.repositories import fingerprint

SECRET: Final = b"nobody's business\n"
_PATIENCE, _SWAPPED = 10, 3

SWAPS: dict[str, Callable[[Path, Path], None]] = {
    "link": lambda file, outside: file.symlink_to(outside / "secret"),
    "pipe": lambda file, _: os.mkfifo(file),
    "folder": lambda file, _: file.mkdir(),
}


def swapped(work: Callable[[], Awaitable[object]], file: Path, swap: Callable[[], object]) -> bool:
    """Whether the file was opened at all; then it was swapped just before."""
    ended = in_child(lambda: _watched(work, file, swap))
    assert ended in (0, _SWAPPED)
    return ended == _SWAPPED


async def _watched(
    work: Callable[[], Awaitable[object]], file: Path, swap: Callable[[], object]
) -> None:
    seen: list[str] = []

    def hear(event: str, args: tuple[object, ...]) -> None:
        name = args[0] if event == "open" else None
        if not seen and isinstance(name, str | bytes) and Path(os.fsdecode(name)).name == file.name:
            seen.append(event)
            swap()

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_PATIENCE)
    sys.addaudithook(hear)
    await work()
    if seen:
        os._exit(_SWAPPED)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What is none of anybody's business."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_bytes(SECRET)
    return folder


@pytest.mark.parametrize("asked", ["capture", "preview", "restore"])
@pytest.mark.parametrize("swap", SWAPS)
async def test_a_file_that_becomes_something_else_just_before_it_is_opened(
    bench: Bench, outside: Path, swap: str, asked: str
):
    file = bench.repo.write("file", "before\n")
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    saved = outside.with_name("saved")
    saved.write_text("by the user\n")
    before = fingerprint(outside)

    def swap_it() -> None:
        file.unlink()
        SWAPS[swap](file, outside)

    async def work() -> None:
        bench.reopen()
        match asked:
            case "capture":
                await bench.capture()
                saved.rename(file)
                held = await bench.held(await bench.capture())
                assert SECRET not in held.values()
            case "preview":
                await bench.workspace.preview(bench.root, bench.request(start))
            case _:
                await bench.restore(start)
        bench.workspace.close()

    bench.workspace.close()
    assert swapped(work, file, swap_it)
    assert fingerprint(outside) == before
    assert {"link": file.is_symlink(), "pipe": file.is_fifo(), "folder": file.is_dir()}[swap]
    bench.reopen()
    assert SECRET not in (await bench.held(await bench.capture())).values()
