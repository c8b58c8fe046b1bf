"""What stands on the disk is read without following a link, also one that has just been made."""

import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from peon.workspace.disk import (
    LastFolder,
    Root,
    content_if_untouched,
    parent_of,
    standing,
    status_in,
)
from peon.workspace.entries import FILE, LINK, Entry, blob_id
from support.killing import in_child

CONTENT = b"the same inside and outside\n"
WANTED = Entry(FILE, blob_id(CONTENT))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_bytes(CONTENT)
    return tmp_path / "outside"


@pytest.fixture
def root(tmp_path: Path, outside: Path) -> Path:
    """A folder with a file, and links that lead out of it."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_bytes(CONTENT)
    (root / "link").symlink_to(outside / "file")
    (root / "linked").symlink_to(outside)
    (root / "folder" / "deep").mkdir(parents=True)
    (root / "folder" / "deep" / "file").write_bytes(CONTENT)
    (root / "inward").symlink_to("folder")
    return root


def untouched_content(root: Path, path: bytes) -> bytes | None:
    """What is read of a file that is taken for untouched, whatever its times."""
    opened = Root(root)
    folder = LastFolder(opened)
    try:
        return content_if_untouched(folder, path, WANTED, time.time_ns() + 10**12)
    finally:
        folder.close()
        opened.close()


def seen(root: Path) -> int:
    with parent_of(root, b"link") as place:
        status = status_in(*place)
    assert status is not None
    return stat.S_IFMT(status.st_mode)


def test_a_link_is_a_link(root: Path, outside: Path):
    assert standing(root, b"file") == WANTED
    assert standing(root, b"link") == Entry(LINK, blob_id(os.fsencode(outside / "file")))
    assert seen(root) == stat.S_IFLNK
    assert untouched_content(root, b"file") == CONTENT
    assert untouched_content(root, b"link") is None


@pytest.mark.parametrize("path", [b"linked/file", b"inward/deep/file"])
def test_nothing_stands_behind_a_link(root: Path, path: bytes):
    assert standing(root, path) is None
    assert untouched_content(root, path) is None


@pytest.mark.parametrize(
    "read", [standing, untouched_content], ids=["what stands there", "its content"]
)
def test_a_file_that_becomes_a_link_just_before_it_is_opened_is_not_read(
    root: Path, outside: Path, read: Callable[[Path, bytes], object]
):
    async def look() -> None:
        swapped: list[str] = []

        def swap(event: str, args: tuple[object, ...]) -> None:
            if event == "open" and args[0] == b"file" and not swapped:
                swapped.append(event)
                (root / "file").unlink()
                (root / "file").symlink_to(outside / "file")

        sys.addaudithook(swap)
        assert read(root, b"file") not in (WANTED, CONTENT)
        assert swapped

    assert in_child(look) == 0
