"""A store stays small, says what it let go of, and heals what can be healed."""

from datetime import timedelta

import pytest

from peon.errors import ExternalFailure
from peon.workspace import upkeep
from peon.workspace.entries import Owner, blob_id
from peon.workspace.upkeep import Retention
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


async def test_loose_objects_are_packed(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "PACK_FROM", 10)
    refs = await turns(bench, 5)
    done = await bench.workspace.keep_small(bench.root, Retention())
    assert done.expired == ()
    store = (await bench.folder()).store
    assert list(store.folder.glob("objects.git/objects/pack/*.pack"))
    assert (await bench.held(refs[0]))[b"file"] == b"0\n" * 20


async def test_old_captures_are_let_go_and_the_rest_stays_whole(bench: Bench):
    refs = await turns(bench, 6)
    chain = (await bench.folder()).chain
    moment = chain.segment(chain.number(refs[3])).at
    done = await bench.workspace.keep_small(bench.root, Retention(before=moment))
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
    await bench.workspace.keep_small(bench.root, Retention(before=moment))
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
    await bench.workspace.keep_small(bench.root, Retention(before=future))
    assert await bench.capture() == refs[-1]


async def test_a_restore_keeps_the_state_it_went_back_to(bench: Bench):
    refs = await turns(bench, 4)
    done = await bench.restore(refs[0])
    await turns(bench, 2)
    chain = (await bench.folder()).chain
    moment = chain.segment(chain.number(done.checkpoint_ref)).at
    await bench.workspace.keep_small(bench.root, Retention(before=moment))
    origin = (await bench.workspace.why(bench.root, "file 0", 1, 1))[0]
    assert origin.line == 1


async def test_a_quota_lets_the_oldest_go(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "KEPT_AT_LEAST", 3)
    refs = await turns(bench, 8)
    done = await bench.workspace.keep_small(bench.root, Retention(quota=1))
    assert done.bytes_after < done.bytes_before
    assert refs[0] in done.expired
    assert refs[-3:] == [ref for ref in refs if ref not in done.expired]


async def test_captures_go_on_after_letting_go(bench: Bench):
    await turns(bench, 3)
    chain = (await bench.folder()).chain
    future = chain.segment(chain.last).at + timedelta(days=1)
    await bench.workspace.keep_small(bench.root, Retention(before=future))
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
    packs = (await bench.folder()).store.folder / "objects.git" / "objects" / "pack"
    seen = []
    for number in range(5):
        bench.repo.write("file", f"{number}\n")
        await bench.capture()
        await bench.workspace.keep_small(bench.root, Retention())
        seen.append(len(list(packs.glob("*.pack"))))
    assert seen == [1, 2, 3, 1, 2]
