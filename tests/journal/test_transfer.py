"""Export and import: the log is carried over byte for byte, or not at all."""

import contextlib
import io
from pathlib import Path
from random import Random

import pytest

from peon.errors import Unavailable
from peon.journal.blobs import BlobStore
from peon.journal.failures import JournalDamaged
from peon.journal.folders import SEGMENTS
from peon.journal.inspection import verify
from peon.journal.staging import STAGING
from peon.journal.store import SegmentStore
from peon.journal.transfer import Transferred, export_log, import_log
from support.journal import FINGERPRINT, OpenStore, events, write
from support.simfs import SimulatedFiles

VALUE = bytes(range(256)) * 10


async def exported(open_store: OpenStore, state: Path) -> bytes:
    store, _ = open_store()
    await write(store, 1, 40)
    store.append([b'{ "odd" : 1e400 , "text":"\\u00e9" }'])
    await store.close()
    blobs = BlobStore.open(state)
    await blobs.put(VALUE)
    await blobs.close()
    output = io.BytesIO()
    found = export_log(state, output)
    assert found == Transferred(log_id=store.log_id, events=41, values=1)
    return output.getvalue()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


async def test_an_imported_log_is_the_exported_one(
    open_store: OpenStore, state: Path, tmp_path: Path
) -> None:
    export = await exported(open_store, state)
    taken = import_log(tmp_path / "copy", io.BytesIO(export))
    again = io.BytesIO()
    assert export_log(tmp_path / "copy", again) == taken
    assert again.getvalue() == export
    assert verify(tmp_path / "copy").sound
    store, recovered = SegmentStore.open(tmp_path / "copy", fingerprint=FINGERPRINT)
    assert list(recovered.events)[:40] == events(1, 40)
    assert store.log_id == taken.log_id
    await store.close()
    assert not (tmp_path / "copy" / STAGING).exists()


async def test_others_than_the_owner_can_export_a_log(open_store: OpenStore, state: Path) -> None:
    store, _ = open_store()
    await write(store, 1, 5)
    output = io.BytesIO()
    assert export_log(state, output).events == 5


async def test_an_empty_log_can_be_carried_over(
    open_store: OpenStore, state: Path, tmp_path: Path
) -> None:
    store, _ = open_store()
    await store.close()
    output = io.BytesIO()
    export_log(state, output)
    assert import_log(tmp_path / "copy", io.BytesIO(output.getvalue())).log_id == store.log_id


def test_nothing_is_exported_where_there_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="there is none"):
        export_log(tmp_path, io.BytesIO())


async def test_a_damaged_log_is_not_exported_as_if_it_were_whole(
    open_store: OpenStore, state: Path
) -> None:
    store, _ = open_store()
    await write(store, 1, 40)
    await store.close()
    path = min((state / SEGMENTS).iterdir())
    path.write_bytes(path.read_bytes().replace(b"text", b"test", 1))
    with pytest.raises(JournalDamaged):
        export_log(state, io.BytesIO())


async def test_an_import_goes_only_where_there_is_no_log(
    open_store: OpenStore, state: Path
) -> None:
    export = await exported(open_store, state)
    with pytest.raises(Unavailable, match="holds a log already"):
        import_log(state, io.BytesIO(export))
    assert verify(state).sound


async def test_an_export_that_is_cut_or_changed_is_refused_and_leaves_nothing(
    open_store: OpenStore, state: Path, tmp_path: Path
) -> None:
    export = await exported(open_store, state)
    lines = export.splitlines(keepends=True)
    wrong = [
        b"",
        b"{}\n",
        export[: len(export) // 2],
        b"".join(lines[:-1]),
        b"".join([*lines[:5], *lines[6:]]),
        b"".join([*lines[:5], lines[6], lines[5], *lines[7:]]),
        export.replace(b"text of 7", b"test of 7"),
        export.replace(b'"content":"AAEC', b'"content":"BAEC'),
        b'{"peonLog":2' + export[len(b'{"peonLog":1') :],
    ]
    for number, source in enumerate(wrong):
        target = tmp_path / f"copy-{number}"
        with pytest.raises(Unavailable):
            import_log(target, io.BytesIO(source))
        assert list((target / SEGMENTS).iterdir()) == [], number


async def test_an_import_that_is_interrupted_can_be_done_again(
    open_store: OpenStore, state: Path
) -> None:
    export = await exported(open_store, state)
    target = Path("/state")
    died = 0
    for dies_at in range(1, 60):
        for power in (False, True):
            files = SimulatedFiles(chance=Random(dies_at), dies_at=dies_at)
            try:
                import_log(target, io.BytesIO(export), filesystem=files)
            except (OSError, Unavailable):
                died += files.dead
            left = files.without_power() if power else files.killed()
            output = io.BytesIO()
            with contextlib.suppress(Unavailable):  # Where it had placed the log, or finished that.
                assert import_log(target, io.BytesIO(export), filesystem=left).events == 41
            export_log(target, output, filesystem=left)
            assert output.getvalue() == export
    assert died > 10
