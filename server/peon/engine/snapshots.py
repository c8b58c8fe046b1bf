"""The read model as records, so that a start need not fold the whole log: one per thread, one for
the rest.

Each record holds every event up to its own `through`; the fold skips, per record, what it has. What
can be derived from other parts is not written, but computed again.
"""

import enum
import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, get_args

import attrs

from peon.domain.effects import OutboxEffect
from peon.domain.model import Deletion, Model, OperationFailure, Project, Receipt, Thread
from peon.engine.records import decode_thread, encode_thread, thread_as_json, thread_from_json
from peon.journal.snapshots import SnapshotRecord
from peon.wire import dumps, loads, structure, unstructure
from peon_protocol.ids import CommandId, OperationId, ProjectId, ThreadId
from peon_protocol.results import CommandResult
from peon_protocol.values import JsonValue

REVISION: Final = 2
"""Counts up when the fold makes another model of the same events though the classes are as they
were.
"""
REST: Final = "rest"
_THREAD_PREFIX: Final = "thread:"
_EFFECTS: Final = {kind.__name__: kind for kind in get_args(OutboxEffect)}


def _members(union: object) -> Iterator[type]:
    for member in get_args(union):
        yield from _members(member) if get_args(member) else (member,)


_RESULTS: Final = {kind.__name__: kind for kind in _members(CommandResult)}


@attrs.frozen(kw_only=True)
class Tagged:
    """A member of a union whose classes carry no tag of their own, with its class's name."""

    kind: str
    value: JsonValue


@attrs.frozen(kw_only=True)
class ReceiptRecord:
    """A receipt as it is written."""

    digest: str
    expires_at: str
    sequence: int
    result: Tagged | None
    failure: OperationFailure | None
    operation_id: OperationId | None
    thread_id: ThreadId | None


@attrs.frozen(kw_only=True)
class RestRecord:
    """All of the model that belongs to no single thread."""

    sequence: int
    occurred_at: str
    projects: dict[ProjectId, Project]
    versions: dict[str, int]
    receipts: dict[CommandId, ReceiptRecord]
    outbox: dict[ThreadId, tuple[Tagged, ...]]
    deleted: dict[ThreadId, Deletion] = attrs.field(factory=dict)


def fingerprint() -> str:
    """Names the shape of the model's classes: a snapshot of another shape is not used."""
    lines = [f"revision {REVISION}", *sorted(map(_shape, reachable()))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def key_of(thread_id: ThreadId) -> str:
    """The key of a thread's record. Ids may be as long as a key, so they are shortened."""
    return _THREAD_PREFIX + hashlib.sha256(thread_id.encode()).hexdigest()


def record_of_rest(model: Model) -> SnapshotRecord:
    """All of the model as it is now that belongs to no single thread."""
    return SnapshotRecord(REST, model.sequence, dumps(unstructure(_rest(model))))


def record_of_thread(thread: Thread, through: int) -> SnapshotRecord:
    """A thread as it is now, when the model has come to `through`."""
    return SnapshotRecord(key_of(thread.thread_id), through, encode_thread(thread))


def decode(records: Iterable[SnapshotRecord]) -> Model:
    """The model that the records hold.

    Raises ParamsInvalid or ValueError for those of another shape.
    """
    model = Model()
    for record in records:
        if record.key == REST:
            _take_rest(model, structure(loads(record.content), RestRecord, root="$"))
        else:
            thread = decode_thread(record.content)
            model.threads[thread.thread_id] = thread
    _derive(model)
    return model


def as_json(record: SnapshotRecord) -> JsonValue:
    """What a record holds, as one object."""
    return loads(record.content) if record.key == REST else thread_as_json(record.content)


def from_json(record: SnapshotRecord, held: JsonValue) -> SnapshotRecord:
    """The record with something else in it: `as_json` gives that back."""
    content = dumps(held) if record.key == REST else thread_from_json(held)
    return attrs.evolve(record, content=content)


def _rest(model: Model) -> RestRecord:
    return RestRecord(
        sequence=model.sequence,
        occurred_at=model.occurred_at,
        projects=model.projects,
        versions=model.versions,
        receipts={each: _receipt(receipt) for each, receipt in model.receipts.items()},
        outbox={
            each: tuple(_tagged(effect) for effect in effects.values())
            for each, effects in model.outbox.items()
        },
        deleted=model.deleted,
    )


def _receipt(receipt: Receipt) -> ReceiptRecord:
    return ReceiptRecord(
        digest=receipt.digest,
        expires_at=receipt.expires_at,
        sequence=receipt.sequence,
        result=None if receipt.result is None else _tagged(receipt.result),
        failure=receipt.failure,
        operation_id=receipt.operation_id,
        thread_id=receipt.thread_id,
    )


def _tagged(value: object) -> Tagged:
    return Tagged(kind=type(value).__name__, value=unstructure(value))


def _take_rest(model: Model, rest: RestRecord) -> None:
    model.sequence = rest.sequence
    model.occurred_at = rest.occurred_at
    model.projects = rest.projects
    model.versions = rest.versions
    model.deleted = rest.deleted
    for command_id, record in rest.receipts.items():
        result = record.result
        model.receipts[command_id] = Receipt(
            digest=record.digest,
            expires_at=record.expires_at,
            sequence=record.sequence,
            result=None if result is None else structure(result.value, _RESULTS[result.kind]),
            failure=record.failure,
            operation_id=record.operation_id,
            thread_id=record.thread_id,
        )
    for thread_id, tagged in rest.outbox.items():
        effects = [structure(each.value, _EFFECTS[each.kind]) for each in tagged]
        model.outbox[thread_id] = {effect.key: effect for effect in effects}


def _derive(model: Model) -> None:
    for project in model.projects.values():
        model.roots[project.root] = project.project_id
    for thread in model.threads.values():
        if thread.current is not None or thread.operation is not None:
            model.busy[thread.thread_id] = None


def reachable() -> set[type]:
    """Every attrs class and every enum that a snapshot can hold a value of."""
    found: set[type] = set()
    waiting: list[type] = [Thread, RestRecord, *_EFFECTS.values(), *_RESULTS.values()]
    while waiting:
        kind = waiting.pop()
        if kind in found:
            continue
        if attrs.has(kind):
            found.add(kind)
            waiting += (each for field in attrs.fields(kind) for each in _classes_in(field.type))
        elif issubclass(kind, enum.Enum):
            found.add(kind)
    return found


def _classes_in(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _classes_in(argument)


def _shape(kind: type) -> str:
    members: list[str] = []
    if attrs.has(kind):
        members = [f"{field.name}:{field.type}" for field in attrs.fields(kind)]
    elif issubclass(kind, enum.Enum):
        members = [str(member.value) for member in kind]
    return f"{kind.__name__}({','.join(members)})"
