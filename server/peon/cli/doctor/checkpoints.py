"""What the checkpoints of each folder take, beside what they may."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from peon.cli.doctor.findings import Finding, attention, many, ok, size
from peon.runtime.retention import CheckpointBounds

_SHOWN: Final = 10
_NEAR: Final = 0.9


def look_at_checkpoints(state: Path, bounds: CheckpointBounds) -> Iterator[Finding]:
    """Every folder that has some, those that take most first."""
    stores = sorted((_size(each.parent), each) for each in state.glob("checkpoints/*/root"))
    if not stores:
        return
    total = sum(taken for taken, _ in stores)
    yield ok(
        f"checkpoints of {many(len(stores), 'folder')}: {size(total)}; kept for "
        f"{many(bounds.keep_days, 'day')}, and at most {size(bounds.keep_bytes)} for each"
    )
    for taken, file in stores[: -_SHOWN - 1 : -1]:
        yield from _folder(os.fsdecode(file.read_bytes()), taken, bounds)


def _folder(root: str, taken: int, bounds: CheckpointBounds) -> Iterator[Finding]:
    if taken >= _NEAR * bounds.keep_bytes:
        yield attention(
            f"the checkpoints of {root} take {size(taken)}: large changes may not be kept",
            "Let git ignore what need not be kept, or raise checkpoints.keep-megabytes.",
        )
    else:
        yield ok(f"checkpoints of {root}: {size(taken)}")


def _size(store: Path) -> int:
    """Bytes of the files; those that come and go meanwhile do not matter."""
    total = 0
    for path in store.rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue
    return total
