"""A base snapshot of an older shape is brought up to the present one, step by step."""

from pathlib import Path

import pytest

from peon.engine import snapshots
from peon.engine.upcasting import Step, upcast
from peon.errors import Unavailable
from peon.journal.snapshots import SnapshotRecord
from peon.wire import loads
from peon_protocol.values import JsonValue
from support.engines import Desk
from support.golden_snapshots import GOLDEN

NOW = snapshots.fingerprint()


async def present(desk: Desk) -> list[SnapshotRecord]:
    await desk.open_turn()
    model = desk.engine.model
    threads = [snapshots.record_of_thread(each, model.sequence) for each in model.threads.values()]
    return [snapshots.record_of_rest(model), *threads]


def older(record: SnapshotRecord) -> SnapshotRecord:
    """As if it had been written when titles were names, and nothing was kept of what is deleted."""
    raw = snapshots.as_json(record)
    assert isinstance(raw, dict)
    if record.key == snapshots.REST:
        del raw["deleted"]
    else:
        raw["name"] = raw.pop("title")
    return snapshots.from_json(record, raw)


def name_titles(key: str, raw: JsonValue) -> JsonValue:
    assert isinstance(raw, dict)
    if key == snapshots.REST:
        return raw
    return {**raw, "title": raw["name"]}


def drop_names(key: str, raw: JsonValue) -> JsonValue:
    assert isinstance(raw, dict)
    rest: JsonValue = {"deleted": {}} if key == snapshots.REST else {}
    assert isinstance(rest, dict)
    return {**{name: value for name, value in raw.items() if name != "name"}, **rest}


STEPS = {"first": Step("second", name_titles), "second": Step(NOW, drop_names)}


async def test_every_step_is_taken_in_turn(desk: Desk):
    records = await present(desk)
    came_up = upcast(map(older, records), "first", steps=STEPS)
    assert snapshots.decode(came_up).threads == snapshots.decode(records).threads
    assert snapshots.decode(came_up).sequence == desk.engine.model.sequence


async def test_a_shape_that_nobody_knows_is_refused_with_what_to_do(desk: Desk):
    with pytest.raises(Unavailable, match="newest version"):
        upcast(await present(desk), "unheard-of", steps=STEPS)


async def test_what_is_of_the_present_shape_stays_as_it_is(desk: Desk):
    records = await present(desk)
    assert list(upcast(records, NOW, steps={})) == records


def test_the_present_shape_has_its_file():
    """A later version will have to read it."""
    assert (GOLDEN / f"{NOW}.json").exists(), (
        "The model has another shape now: run python -m support.golden_snapshots, and if a release "
        "had the shape before, write the step that leads on from it in peon.engine.upcasting."
    )


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_a_base_of_every_shape_there_was_can_be_read(file: Path):
    raw = loads(file.read_bytes())
    assert isinstance(raw, dict)
    records = [snapshots.from_json(SnapshotRecord(key, 0, b""), raw[key]) for key in raw]
    model = snapshots.decode(upcast(records, file.stem))
    assert model.projects
    assert model.threads
