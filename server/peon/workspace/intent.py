"""The journal of one restore: what it is about to do, on the disk before it does anything."""

import os
from pathlib import Path
from typing import TypedDict

import attrs
import orjson

from peon.workspace.entries import Entry, Owner
from peon.workspace.moved import Need
from peon.workspace.paths import meant, shown
from peon.workspace.plan import Action, Plan, Reason
from peon.workspace.progress import Progress, SpareNote


@attrs.frozen
class Intent:
    """A plan that was begun. `before` is the checkpoint of the moment before it."""

    owner: Owner
    checkpoint: str
    before: str
    plan: Plan


class _Action(TypedDict):
    path: str
    expect: list[str] | None
    target: list[str] | None
    backTo: int
    needs: list[tuple[str, list[str] | None]]


class _Intent(TypedDict):
    owner: list[str]
    checkpoint: str
    before: str
    actions: list[_Action]
    conflicts: dict[str, Reason]
    overwritten: dict[str, Reason]


def _file(folder: Path) -> Path:
    return folder / "restore.json"


def write_intent(folder: Path, intent: Intent) -> None:
    """Make the intent durable in the store's folder."""
    Progress(folder).forget()
    SpareNote(folder).forget()
    content = orjson.dumps(_encode(intent))
    draft = folder / "restore.json.draft"
    with open(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, _file(folder))
    _flush_folder(folder)


def read_intent(folder: Path) -> Intent | None:
    """The intent that was not finished, if there is one."""
    try:
        content = _file(folder).read_bytes()
    except FileNotFoundError:
        return None
    return _decode(orjson.loads(content))


def drop_intent(folder: Path) -> None:
    """Forget the intent: it is finished."""
    _file(folder).unlink()
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _encode(intent: Intent) -> _Intent:
    return _Intent(
        owner=[intent.owner.thread_id, intent.owner.turn_id],
        checkpoint=intent.checkpoint,
        before=intent.before,
        actions=[
            _Action(
                path=shown(action.path),
                expect=_pair(action.expect),
                target=_pair(action.target),
                backTo=action.back_to,
                needs=[(shown(need.path), _pair(need.entry)) for need in action.needs],
            )
            for action in intent.plan.actions
        ],
        conflicts={shown(path): why for path, why in intent.plan.conflicts.items()},
        overwritten={shown(path): why for path, why in intent.plan.overwritten.items()},
    )


def _decode(data: _Intent) -> Intent:
    thread_id, restore_id = data["owner"]
    actions = tuple(
        Action(
            path=meant(one["path"]),
            expect=_entry(one["expect"]),
            target=_entry(one["target"]),
            back_to=one["backTo"],
            needs=tuple(
                Need(meant(path), entry) for path, pair in one["needs"] if (entry := _entry(pair))
            ),
        )
        for one in data["actions"]
    )
    conflicts = {meant(path): why for path, why in data["conflicts"].items()}
    overwritten = {meant(path): why for path, why in data.get("overwritten", {}).items()}
    owner = Owner(thread_id, restore_id, "restore")
    plan = Plan(actions, conflicts, overwritten)
    return Intent(owner, data["checkpoint"], data["before"], plan)


def _pair(entry: Entry | None) -> list[str] | None:
    return None if entry is None else [entry.mode, entry.oid]


def _entry(pair: list[str] | None) -> Entry | None:
    return None if pair is None else Entry(*pair)
