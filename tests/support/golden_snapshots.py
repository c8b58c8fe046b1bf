"""Snapshots of every shape the model has had, kept as files: `python -m support.golden_snapshots`.

A base snapshot is read by every later version. So before a release with another shape of the model
its file is written with this, from the story of the protocol, and a step from the shape before is
added to `peon.engine.upcasting`.
"""

import sys
from pathlib import Path
from typing import Final

from peon.domain.model import Model
from peon.domain.project import project
from peon.engine import snapshots
from peon.engine.upcasting import STEPS
from peon.wire import dumps, loads, structure
from peon_protocol.events import ProjectDeleted, StoredEvent, ThreadDeleted, ThreadErased
from peon_protocol.values import JsonValue

ROOT: Final = Path(__file__).resolve().parents[2]
GOLDEN: Final = ROOT / "tests" / "engine" / "golden" / "snapshots"
_STORY: Final = ROOT / "protocol" / "examples" / "story.json"
_ENDINGS: Final = (ThreadDeleted, ProjectDeleted, ThreadErased)


def model_of_the_story() -> Model:
    """The model as it stands before everything is deleted."""
    model = Model()
    told = loads(_STORY.read_bytes())
    assert isinstance(told, list)
    for raw in told:
        event = structure(raw, StoredEvent)
        if not isinstance(event.payload, _ENDINGS):
            project(model, event)
    return model


def golden() -> dict[str, JsonValue]:
    """The records of a snapshot of the present shape, by their keys."""
    model = model_of_the_story()
    records = [
        snapshots.record_of_rest(model),
        *(snapshots.record_of_thread(each, model.sequence) for each in model.threads.values()),
    ]
    return {record.key: snapshots.as_json(record) for record in records}


def main() -> None:
    """Write the file of the present shape; one that no step leads on from was never released."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for other in GOLDEN.glob("*.json"):
        if other.stem not in STEPS:
            other.unlink()
    file = GOLDEN / f"{snapshots.fingerprint()}.json"
    file.write_bytes(dumps(golden()) + b"\n")
    sys.stdout.write(f"wrote {file.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
