"""`peon log export`, `import`, `salvage` and `--follow`: the log as a thing to keep and to mend."""

import json
from pathlib import Path

import pytest

from peon.journal.blobs import BlobStore
from support.command_line import CommandLine, contents, segment_of


def events(peon: CommandLine) -> list[str]:
    return peon("log", "--json", "--limit", "0").out.splitlines()


def flip(file: Path, place: int) -> None:
    held = bytearray(file.read_bytes())
    held[place] ^= 4
    file.write_bytes(held)


async def store_value(state: Path, content: bytes) -> str:
    values = BlobStore.open(state)
    name = await values.put(content)
    await values.close()
    return name


async def test_an_exported_log_is_the_same_where_it_is_imported(
    peon_with_history: CommandLine, tmp_path: Path
):
    name = await store_value(peon_with_history.state, b"large" * 50_000)
    before = contents(peon_with_history.state)
    exported = peon_with_history("log", "export", str(tmp_path / "log.jsonl"))
    elsewhere = CommandLine(tmp_path / "elsewhere")

    imported = elsewhere("log", "import", str(tmp_path / "log.jsonl"))

    assert (exported.code, imported.code) == (0, 0), exported.err + imported.err
    assert "1 values" in imported.out
    assert contents(peon_with_history.state) == before
    assert events(elsewhere) == events(peon_with_history)
    assert (elsewhere.state / "blobs" / name).read_bytes() == b"large" * 50_000
    assert elsewhere("log", "--verify").code == 0
    with elsewhere.serve() as server:
        server.begin()
        assert len(server.result("thread/list")["threads"]) == 1


def test_an_export_never_takes_the_place_of_a_file(peon_with_history: CommandLine, tmp_path: Path):
    (tmp_path / "mine").write_text("mine")
    done = peon_with_history("log", "export", str(tmp_path / "mine"))
    assert done.code == 1
    assert "is there already" in done.err
    assert (tmp_path / "mine").read_text() == "mine"


def test_what_is_cut_off_is_not_imported(peon_with_history: CommandLine, tmp_path: Path):
    file = tmp_path / "log.jsonl"
    peon_with_history("log", "export", str(file))
    file.write_bytes(file.read_bytes()[:-200])
    elsewhere = CommandLine(tmp_path / "elsewhere")

    done = elsewhere("log", "import", str(file))

    assert done.code == 1
    assert "not whole" in done.err
    assert events(elsewhere) == []


def test_an_import_leaves_a_log_that_is_there_alone(peon_with_history: CommandLine, tmp_path: Path):
    peon_with_history("log", "export", str(tmp_path / "log.jsonl"))
    before = contents(peon_with_history.state / "journal")
    done = peon_with_history("log", "import", str(tmp_path / "log.jsonl"))
    assert done.code == 1
    assert "holds a log already" in done.err
    assert contents(peon_with_history.state / "journal") == before


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
def test_what_can_be_read_of_a_damaged_log_is_saved_and_what_was_lost_is_told(
    peon_with_history: CommandLine, part: float
):
    whole = [json.loads(event) for event in events(peon_with_history)]
    segment = segment_of(peon_with_history.state)
    damaged = segment.read_bytes()
    flip(segment, int(len(damaged) * part))
    damaged = segment.read_bytes()

    done = peon_with_history("log", "salvage")

    assert done.code == 0, done.err
    assert "lost: event" in done.out
    [aside] = peon_with_history.state.glob("journal.damaged-*")
    assert str(aside) in done.out
    assert (aside / segment.name).read_bytes() == damaged
    saved = [json.loads(event) for event in events(peon_with_history)]
    gone = [event["sequence"] for event in saved if event["type"] == "event.erased"]
    assert gone
    assert [event for event in saved if event["sequence"] not in gone] == [
        event for event in whole if event["sequence"] not in gone
    ]
    assert peon_with_history("log", "--verify").code == 0


def test_a_server_goes_on_with_a_salvaged_log_even_without_snapshots(
    peon_with_history: CommandLine,
):
    segment = segment_of(peon_with_history.state)
    flip(segment, segment.stat().st_size // 2)
    for snapshot in (peon_with_history.state / "snapshots").iterdir():
        snapshot.unlink()
    assert peon_with_history("log", "salvage").code == 0

    with peon_with_history.serve() as server:
        server.begin()
        [thread] = server.result("thread/list")["threads"]
        server.result("turn/start", threadId=thread["threadId"], prompt="say again")
        assert server.event("turn.completed")


def test_a_log_that_is_whole_is_not_salvaged(peon_with_history: CommandLine):
    before = contents(peon_with_history.state)
    done = peon_with_history("log", "salvage")
    assert (done.code, contents(peon_with_history.state)) == (0, before)
    assert "Nothing is damaged" in done.out


def test_a_log_that_a_server_owns_is_not_salvaged(peon_with_history: CommandLine):
    with peon_with_history.serve() as server:
        server.begin()
        segment = segment_of(peon_with_history.state)
        flip(segment, segment.stat().st_size // 2)
        done = peon_with_history("log", "salvage")
    assert done.code == 1
    assert not list(peon_with_history.state.glob("journal.damaged-*"))


def test_what_happens_is_followed_as_it_happens(peon_with_history: CommandLine, project: Path):
    """From the last that was, across a server that begins to write meanwhile."""
    last = json.loads(events(peon_with_history)[-1])["sequence"]
    following = peon_with_history.start("log", "--follow", "--json", "--limit", "1")
    with following as process:
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline())["sequence"] == last
            done = peon_with_history("run", "say more", "--project", str(project))
            assert done.code == 0
            seen: list[dict[str, object]] = []
            while not seen or seen[-1]["type"] != "turn.completed":
                seen.append(json.loads(process.stdout.readline()))
            assert [event["sequence"] for event in seen] == list(
                range(last + 1, last + 1 + len(seen))
            )
        finally:
            process.kill()
