"""A store stays small, says what it let go of, and heals what can be healed."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import pytest

from peon.errors import ExternalFailure
from peon.workspace import upkeep
from peon.workspace.entries import Missing, Owner, blob_id
from peon.workspace.store import CheckpointStore
from peon.workspace.unit import CaptureLimits
from peon.workspace.upkeep import Retention, Upkeep
from support.bench import TURN, Bench
from support.repositories import make_repo


async def turns(bench: Bench, count: int) -> list[str]:
    """The checkpoints after each of so many turns of the thread."""
    refs = []
    for number in range(count):
        owner = Owner(TURN.thread_id, f"turn {number}")
        await bench.open_tool(owner=owner)
        bench.repo.write("file", f"{number}\n" * 20)
        bench.repo.write(f"file {number}", f"{number}\n" * 20)
        refs.append(await bench.close_tool(owner))
    return refs


async def keep_small(bench: Bench, retention: Retention) -> Upkeep:
    """What was done, while nobody else wanted the folder."""
    done = await bench.workspace.keep_small(bench.root, retention)
    assert done is not None
    return done


async def test_loose_objects_are_packed(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "PACK_FROM", 10)
    refs = await turns(bench, 5)
    done = await keep_small(bench, Retention())
    assert done.expired == ()
    store = (await bench.folder()).store
    assert list(store.folder.glob("objects.git/objects/pack/*.pack"))
    assert (await bench.held(refs[0]))[b"file"] == b"0\n" * 20


async def test_old_captures_are_let_go_and_the_rest_stays_whole(bench: Bench):
    refs = await turns(bench, 6)
    chain = (await bench.folder()).chain
    moment = chain.segment(chain.number(refs[3])).at
    done = await keep_small(bench, Retention(before=moment))
    assert refs[2] in done.expired
    assert refs[3] not in done.expired
    with pytest.raises(ExternalFailure) as refused:
        await bench.restore(refs[2])
    assert refused.value.code == "checkpoint.expired"
    await bench.restore(refs[4])
    assert bench.repo.read("file") == "4\n" * 20
    assert bench.repo.exists("file 4")
    assert not bench.repo.exists("file 5")


async def test_what_was_let_go_stays_gone_after_a_restart(bench: Bench):
    refs = await turns(bench, 4)
    chain = (await bench.folder()).chain
    moment = chain.segment(chain.number(refs[2])).at
    await keep_small(bench, Retention(before=moment))
    bench.reopen()
    chain = (await bench.folder()).chain
    assert not chain.knows(refs[1])
    assert chain.knows(refs[2])
    bench.repo.write("file", "by the user\n")
    await bench.capture()
    assert (await bench.folder()).chain.last == chain.last


async def test_the_newest_capture_is_never_let_go(bench: Bench):
    refs = await turns(bench, 3)
    chain = (await bench.folder()).chain
    future = chain.segment(chain.last).at + timedelta(days=1)
    await keep_small(bench, Retention(before=future))
    assert await bench.capture() == refs[-1]


async def test_a_restore_keeps_the_state_it_went_back_to(bench: Bench):
    refs = await turns(bench, 4)
    done = await bench.restore(refs[0])
    await turns(bench, 2)
    chain = (await bench.folder()).chain
    moment = chain.segment(chain.number(done.checkpoint_ref)).at
    await keep_small(bench, Retention(before=moment))
    origin = (await bench.workspace.why(bench.root, "file 0", 1, 1))[0]
    assert origin.line == 1


async def test_what_stood_before_that_state_is_let_go_all_the_same(bench: Bench):
    refs = await turns(bench, 4)
    done = await bench.restore(refs[2])
    chain = (await bench.folder()).chain
    moment = chain.segment(chain.number(done.before_ref)).at
    await keep_small(bench, Retention(before=moment))
    assert [await is_stored(bench, ref) for ref in refs] == [False, False, True, True]


async def over(bench: Bench, count: int) -> list[str]:
    """The checkpoints after each of so many turns that are over."""
    refs = await turns(bench, count)
    history = await bench.history()
    for number in range(count):
        await history.turn_ended(Owner(TURN.thread_id, f"turn {number}"))
    return refs


async def taken(bench: Bench) -> int:
    """The bytes that the store takes when it is packed."""
    store = (await bench.folder()).store
    assert isinstance(store, CheckpointStore)
    await store.git("repack", "-a", "-d", "-q")
    return await store.room.measure()


async def test_a_quota_lets_the_oldest_go(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "KEPT_AT_LEAST", 3)
    refs = await over(bench, 8)
    done = await keep_small(bench, Retention(quota=await taken(bench) - 1))
    assert done.bytes_after < done.bytes_before
    assert refs[0] in done.expired
    assert not set(refs[-3:]).intersection(done.expired)


async def test_captures_are_let_go_by_halves_and_the_newest_few_last(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    """So no more goes than the quota wants, about; what is gone is told from the oldest on."""
    monkeypatch.setattr(upkeep, "KEPT_AT_LEAST", 4)
    await over(bench, 9)
    folder = await bench.folder()
    refs = [folder.chain.ref(number) for number in folder.chain.numbers]
    left: list[int] = []
    sweep = vars(upkeep)["_sweep"]

    async def counted(store: CheckpointStore) -> None:
        await sweep(store)
        left.append(len(folder.chain.numbers))

    monkeypatch.setattr(upkeep, "_sweep", counted)
    done = await keep_small(bench, Retention(quota=1))
    assert (len(refs), left) == (10, [5, 4, 2, 1])
    assert list(done.expired) == refs[:-1]


async def test_a_quota_that_nothing_else_meets_leaves_the_present_alone(bench: Bench):
    refs = await over(bench, 8)
    done = await keep_small(bench, Retention(quota=1))
    assert [ref for ref in refs if ref not in done.expired] == [refs[-1]]
    assert (await bench.held(refs[-1]))[b"file 0"] == b"0\n" * 20


async def test_what_a_running_turn_may_want_back_is_not_let_go(bench: Bench):
    await over(bench, 3)
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    await bench.close_tool()
    done = await keep_small(bench, Retention(quota=1))
    assert done.expired
    assert start not in done.expired
    await bench.restore(start)
    assert bench.repo.read("file") == "2\n" * 20


async def test_a_store_is_cut_again_and_again(bench: Bench):
    """Also where restores hold on to what was let go long ago."""
    refs = await over(bench, 3)
    for number in range(3):
        await bench.restore(refs[0], f"restore {number}")
        await over(bench, 3)
        chain = (await bench.folder()).chain
        moment = chain.segment(chain.last - 4).at
        await keep_small(bench, Retention(before=moment))
        store = (await bench.folder()).store
        assert isinstance(store, CheckpointStore)
        await store.git("fsck", "--strict", "--connectivity-only")
        bench.reopen()
        refs = await over(bench, 3)
    await bench.restore(refs[0], "at last")
    assert bench.repo.read("file") == "0\n" * 20


async def is_stored(bench: Bench, ref: str) -> bool:
    store = (await bench.folder()).store
    assert isinstance(store, CheckpointStore)
    return (await store.git("cat-file", "-e", ref, accept=(0, 1, 128))).code == 0


async def test_upkeep_gives_way_to_whoever_wants_the_folder(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    refs = await over(bench, 4)
    chain = (await bench.folder()).chain
    moment = chain.segment(chain.number(refs[2])).at
    began = asyncio.Event()

    async def for_ever(_store: CheckpointStore) -> None:
        began.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as slow:
        slow.setattr(upkeep, "_sweep", for_ever)
        keeping = asyncio.ensure_future(
            bench.workspace.keep_small(bench.root, Retention(before=moment))
        )
        await began.wait()
        bench.repo.write("file", "now\n")
        ref = await bench.capture()
        assert await keeping is None
    assert (await bench.held(ref))[b"file"] == b"now\n"
    assert not (await bench.folder()).chain.knows(refs[1])
    assert await is_stored(bench, refs[0])
    await keep_small(bench, Retention())  # What was left undone is done now.
    assert not await is_stored(bench, refs[0])


async def test_a_killed_git_s_pieces_are_cleared(bench: Bench):
    await over(bench, 2)
    objects = (await bench.folder()).store.folder / "objects.git" / "objects"
    pieces = [objects / "pack" / "tmp_pack_x1", objects / "17" / "tmp_obj_x2"]
    for piece in pieces:
        piece.parent.mkdir(exist_ok=True)
        piece.write_bytes(b"x" * 100)
    await keep_small(bench, Retention())
    assert not any(piece.exists() for piece in pieces)


async def test_what_would_be_over_the_quota_is_not_captured_and_said_so(bench: Bench):
    bench.reopen(limits=CaptureLimits(quota=200_000))
    bench.repo.write("small", "x\n")
    bench.repo.write("large", bytes(range(256)) * 1_000)
    capture = await bench.workspace.capture(bench.root)
    assert capture.missing == (Missing("large", "overQuota"),)
    assert (await bench.held(capture.checkpoint_ref))[b"small"] == b"x\n"


async def test_what_would_be_over_the_quota_together_is_captured_as_far_as_there_is_room(
    bench: Bench,
):
    bench.reopen(limits=CaptureLimits(quota=200_000))
    for name in ("a", "b", "c"):
        bench.repo.write(name, os.urandom(90_000))
    capture = await bench.workspace.capture(bench.root)
    assert capture.missing == (Missing("c", "overQuota"),)
    assert set(await bench.held(capture.checkpoint_ref)) == {b"a", b"b"}


async def test_room_that_was_made_is_used(bench: Bench):
    bench.reopen(limits=CaptureLimits(quota=300_000))
    for number in range(3):
        bench.repo.write("large", (f"{number}\n" * 100_000)[:200_000])
        await bench.capture()
    assert (await bench.workspace.capture(bench.root)).missing
    await keep_small(bench, Retention())
    assert not (await bench.workspace.capture(bench.root)).missing


# ---- folders that nobody works in --------------------------------------------------------------


async def test_the_store_of_a_folder_of_no_project_is_deleted_when_it_is_old(bench: Bench):
    await over(bench, 1)
    store = (await bench.folder()).store.folder
    used = datetime.fromtimestamp((store / "stamp").stat().st_mtime, UTC)
    day = timedelta(days=1)
    assert await bench.workspace.drop_unused([bench.root], used + day) == ()
    assert await bench.workspace.drop_unused([], used - day) == ()
    assert await bench.workspace.drop_unused([], used + day) == ()  # It is held.
    bench.workspace.close()
    assert await bench.workspace.drop_unused([], used + day) == (bench.root,)
    assert not store.exists()


async def test_what_is_left_of_a_deletion_is_deleted(bench: Bench):
    await over(bench, 1)
    store = (await bench.folder()).store.folder
    bench.workspace.close()
    store.rename(store.with_name(store.name + ".deleting"))
    await bench.workspace.drop_unused([], datetime.now(UTC))
    assert list(store.parent.iterdir()) == []


async def test_checkpoints_that_the_folder_does_not_have_are_known(bench: Bench):
    refs = await over(bench, 2)
    assert await bench.workspace.unknown(bench.root, [*refs, "gone"]) == {"gone"}


async def test_captures_go_on_after_letting_go(bench: Bench):
    await turns(bench, 3)
    chain = (await bench.folder()).chain
    future = chain.segment(chain.last).at + timedelta(days=1)
    await keep_small(bench, Retention(before=future))
    await bench.open_tool()
    bench.repo.write("file", "by the agent\n")
    ref = await bench.close_tool()
    assert (await bench.held(ref))[b"file"] == b"by the agent\n"


async def test_contents_that_are_gone_from_the_store_are_stored_again(bench: Bench):
    bench.repo.write("file", "content\n")
    bench.repo.write("folder/other", "x\n")
    await bench.capture()
    oid = blob_id(b"content\n")
    folder = (await bench.folder()).store.folder
    (folder / "objects.git" / "objects" / oid[:2] / oid[2:]).unlink()
    bench.workspace.close()
    bench.reopen()  # As after a power cut.
    bench.repo.write("second", "x\n")
    await bench.capture()
    assert (await bench.held(await bench.capture()))[b"file"] == b"content\n"


async def test_a_disk_that_refuses_is_told_with_a_remedy(bench: Bench):
    bench.repo.write("file", "1\n")
    await bench.capture()
    objects = (await bench.folder()).store.folder / "objects.git" / "objects"
    objects.rename(objects.with_name("away"))
    objects.write_text("no folder")
    bench.repo.write("file", "2\n")
    with pytest.raises(ExternalFailure) as refused:
        await bench.capture()
    assert refused.value.code == "checkpoint.notStored"
    assert refused.value.remedy
    assert bench.repo.read("file") == "2\n"
    objects.unlink()
    objects.with_name("away").rename(objects)
    assert (await bench.held(await bench.capture()))[b"file"] == b"2\n"


# ---- why ---------------------------------------------------------------------------------------


async def why(bench: Bench, path: str, first: int = 1, last: int = 1) -> list[Owner | None]:
    """Whose each line is; None where it is nobody's."""
    origins = await bench.workspace.why(bench.root, path, first, last)
    assert [one.line for one in origins] == list(range(first, last + 1))
    return [next(iter(one.owners), None) for one in origins]


async def test_every_line_knows_whose_it_is(bench: Bench):
    bench.repo.write("file", "old\n")
    await bench.capture()
    await bench.open_tool()
    bench.repo.write("file", "old\nby the agent\n")
    await bench.close_tool()
    bench.repo.write("file", "by the user\nold\nby the agent\nnot captured yet\n")
    assert await why(bench, "file", 1, 4) == [None, None, TURN, None]


async def test_a_line_keeps_its_origin_through_undo_and_undo_of_undo(bench: Bench):
    other = Owner("other thread", "turn")
    await bench.open_tool(owner=other)
    bench.repo.write("file", "by the other\n")
    start = await bench.close_tool(other)
    await bench.open_tool()
    bench.repo.write("file", "by the other\nby the agent\n")
    await bench.close_tool()
    done = await bench.restore(start, "undo")
    assert await why(bench, "file") == [other]
    await bench.restore(done.before_ref, "undo of undo")
    assert await why(bench, "file", 1, 2) == [other, TURN]


async def test_a_line_keeps_its_origin_when_its_file_is_renamed(bench: Bench):
    await bench.open_tool()
    bench.repo.write(b'a "name"\n', "one\ntwo\nthree\n")
    await bench.close_tool()
    (bench.root / 'a "name"\n').rename(bench.root / "renamed")
    (origin,) = await bench.workspace.why(bench.root, "renamed", 2, 2)
    assert origin.owners == {TURN}
    assert origin.path == 'a "name"\n'


async def test_lines_in_a_nested_repository_have_origins_too(bench: Bench, environ: dict[str, str]):
    inner = make_repo(bench.root / "lib", environ)
    await bench.open_tool()
    inner.write("code", "by the agent\n")
    await bench.close_tool()
    assert await why(bench, "lib/code") == [TURN]


@pytest.mark.parametrize("name", ["missing", "file"])
async def test_a_line_that_is_not_there_is_refused(bench: Bench, name: str):
    bench.repo.write("file", "only\n")
    with pytest.raises(ExternalFailure) as refused:
        await bench.workspace.why(bench.root, name, 7, 7)
    assert refused.value.code == "file.noSuchLine"


async def test_many_packs_become_one(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "PACK_FROM", 1)
    monkeypatch.setattr(upkeep, "PACKS", 3)
    monkeypatch.setattr(upkeep, "SHARE", 1.0)
    packs = (await bench.folder()).store.folder / "objects.git" / "objects" / "pack"
    seen = []
    for number in range(5):
        bench.repo.write("file", f"{number}\n")
        await bench.capture()
        await keep_small(bench, Retention())
        seen.append(len(list(packs.glob("*.pack"))))
    assert seen == [1, 2, 3, 1, 2]


async def test_packs_beside_a_large_one_become_one_when_they_are_not_small_any_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(upkeep, "PACK_FROM", 1)
    packs = (await bench.folder()).store.folder / "objects.git" / "objects" / "pack"
    seen = []
    for number in range(4):
        bench.repo.write("file", f"{number}\n")
        await bench.capture()
        await bench.workspace.keep_small(bench.root, Retention())
        seen.append(len(list(packs.glob("*.pack"))))
    assert seen == [1, 2, 1, 2]
