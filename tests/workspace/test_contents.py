"""Contents are read from the files of a store, or by git where they are not held as a whole."""

import random
from pathlib import Path

import pytest

from peon.errors import ExternalFailure
from peon.workspace.stored import StoredObjects
from support.bench import Bench
from support.repositories import Repo


@pytest.fixture
def oids(repo: Repo) -> dict[str, str]:
    """The ids of two long files that are much alike, of an empty one and of a link, by name."""
    chance = random.Random(1)
    lines = [f"{chance.random()}\n" for _ in range(2_000)]
    repo.write("long", "".join(lines))
    repo.write("alike", "".join(lines[1:]))
    repo.write("empty", "")
    (repo.root / "link").symlink_to("long")
    repo.git("add", "-A")
    rows = repo.git("ls-files", "-s").splitlines()
    return {row.split("\t")[1]: row.split()[1] for row in rows}


def read(repo: Repo, oid: str) -> bytes | None:
    stored = StoredObjects(repo.root / ".git" / "objects")
    try:
        return stored.read(oid)
    finally:
        stored.close()


def test_of_files_of_their_own(repo: Repo, oids: dict[str, str]):
    for name in ("long", "alike", "empty"):
        assert read(repo, oids[name]) == (repo.root / name).read_bytes()
    assert read(repo, oids["link"]) == b"long"


def test_of_a_pack(repo: Repo, oids: dict[str, str]):
    repo.git("commit", "-q", "-m", "work")
    repo.git("-c", "core.bigFileThreshold=1", "repack", "-a", "-d", "-q")
    for name in ("long", "alike", "empty"):
        assert read(repo, oids[name]) == (repo.root / name).read_bytes()


def test_what_is_held_as_a_difference_is_left_to_git(repo: Repo, oids: dict[str, str]):
    repo.git("commit", "-q", "-m", "work")
    repo.git("repack", "-a", "-d", "-f", "-q")
    found = [read(repo, oids[name]) for name in ("long", "alike")]
    assert found.count(None) == 1


@pytest.mark.parametrize("kind", ["missing", "no content", "broken"])
def test_what_cannot_be_read_is_left_to_git(repo: Repo, oids: dict[str, str], kind: str):
    oid = oids["long"]
    if kind == "missing":
        oid = "0" * 40
    elif kind == "no content":
        oid = repo.git("write-tree").strip()
    else:
        file = repo.root / ".git" / "objects" / oid[:2] / oid[2:]
        file.chmod(0o644)
        file.write_bytes(file.read_bytes()[:-9])
    assert read(repo, oid) is None


async def test_what_git_has_to_be_asked_for_comes_in_its_turn(bench: Bench):
    chance = random.Random(1)
    lines = [f"{chance.random()}\n" for _ in range(2_000)]
    contents = {f"file {number}": "".join(lines[number:]).encode() for number in range(9)}
    for name, content in contents.items():
        bench.repo.write(name, content)
    ref = await bench.capture()
    async with (await bench.history()).exclusively() as folder:
        objects = folder.store.folder / "objects.git"
        Repo(objects, bench.environ).git("--git-dir", ".", "repack", "-a", "-d", "-f", "-q")
    assert _held_as_differences(objects, bench) > 0
    bench.repo.write("late", "late\n")
    later = await bench.capture()
    assert await bench.held(ref) == {name.encode(): text for name, text in contents.items()}
    assert (await bench.held(later))[b"late"] == b"late\n"


def _held_as_differences(objects: Path, bench: Bench) -> int:
    (index,) = (objects / "objects" / "pack").glob("*.idx")
    told = Repo(objects, bench.environ).git("verify-pack", "-v", str(index))
    return sum(len(line.split()) == 7 for line in told.splitlines())


async def test_what_nobody_has_is_told_of(bench: Bench):
    await bench.capture()
    async with (await bench.history()).exclusively() as folder, folder.store.blobs() as blobs:
        with pytest.raises(ExternalFailure) as failed:
            async for _ in blobs.read_all(["0" * 40]):
                pass
    assert failed.value.code == "checkpoint.expired"
