"""Values stored apart: durable before they are named, read in pages, never by a path."""

import hashlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from peon.errors import StoreFailure, Unavailable
from peon.journal.blobs import BlobStore
from peon.journal.failures import JournalDamaged
from peon.journal.folders import BLOBS
from support.simfs import SimulatedFiles

VALUE = bytes(range(256)) * 1000


@pytest_asyncio.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[BlobStore]:
    store = BlobStore.open(tmp_path)
    yield store
    await store.close()


async def test_a_value_is_named_by_its_hash_and_read_in_pages(blobs: BlobStore) -> None:
    digest = await blobs.put(VALUE)
    assert digest == hashlib.sha256(VALUE).hexdigest()
    pages = [await blobs.read(digest, offset, 100_000) for offset in (0, 100_000, 200_000)]
    assert b"".join(page.content for page in pages) == VALUE
    assert {page.size for page in pages} == {len(VALUE)}
    assert (await blobs.read(digest, len(VALUE), 10)).content == b""


async def test_equal_values_are_stored_once_and_privately(blobs: BlobStore, tmp_path: Path) -> None:
    assert await blobs.put(VALUE) == await blobs.put(VALUE)
    (path,) = (tmp_path / BLOBS).iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_an_empty_value_can_be_stored(blobs: BlobStore) -> None:
    page = await blobs.read(await blobs.put(b""), 0, 10)
    assert (page.content, page.size) == (b"", 0)


@pytest.mark.parametrize(
    "name", ["", "../journal/LOCK", "a" * 63, "A" * 64, "a" * 64, "/etc/hosts"]
)
async def test_a_name_that_is_no_stored_value_reads_nothing(blobs: BlobStore, name: str) -> None:
    with pytest.raises(Unavailable, match="not stored"):
        await blobs.read(name, 0, 10)


async def test_an_erased_value_is_gone(blobs: BlobStore, tmp_path: Path) -> None:
    digest = await blobs.put(VALUE)
    await blobs.read(digest, 0, 10)
    await blobs.erase(digest)
    await blobs.erase(digest)
    await blobs.erase("../x")
    assert list((tmp_path / BLOBS).iterdir()) == []
    with pytest.raises(Unavailable):
        await blobs.read(digest, 0, 10)


async def test_a_value_that_has_changed_is_refused_and_can_be_stored_anew(
    tmp_path: Path, blobs: BlobStore
) -> None:
    digest = await blobs.put(VALUE)
    (tmp_path / BLOBS / digest).write_bytes(VALUE[:-1])
    with pytest.raises(JournalDamaged, match="does not hold what its name says"):
        await blobs.read(digest, 0, 10)
    assert await blobs.put(VALUE) == digest
    assert (await blobs.read(digest, 0, 10)).content == VALUE[:10]


@pytest.mark.parametrize("dies_at", range(1, 12))
@pytest.mark.parametrize("power", [False, True], ids=["killed", "power lost"])
async def test_a_name_that_was_given_out_is_durable(dies_at: int, *, power: bool) -> None:
    files = SimulatedFiles(chance=Random(dies_at), dies_at=dies_at)
    blobs = BlobStore.open(Path("/state"), filesystem=files)
    named: dict[str, bytes] = {}
    try:
        for value in (b"a" * 3000, b"b" * 3000, b"a" * 3000):
            named[await blobs.put(value)] = value
    except StoreFailure:
        assert files.dead
    await blobs.close()
    left = files.without_power() if power else files.killed()
    blobs = BlobStore.open(Path("/state"), filesystem=left)
    assert not [path for path in left.paths() if path.suffix == ".tmp"]
    for digest, value in named.items():
        assert (await blobs.read(digest, 0, 5000)).content == value
    await blobs.close()
