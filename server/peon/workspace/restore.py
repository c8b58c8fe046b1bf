"""Restoring: capture the present, plan, write the plan down, apply it, and say so in the chain.

It never cleans and never resets: only paths that the undone turns and restores changed are touched,
only where their content is exactly the one just captured, and the capture before it holds every
byte that goes.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Literal

import attrs

from peon.errors import ExternalFailure
from peon.workspace.apply import Applier
from peon.workspace.cancelling import NEVER, Cancellation
from peon.workspace.deadline import Deadline
from peon.workspace.disk import (
    LastFolder,
    Listing,
    Root,
    below,
    content_if_untouched,
    flush,
    standing,
)
from peon.workspace.entries import (
    Change,
    Entry,
    Hand,
    Missing,
    Owner,
    as_missing,
)
from peon.workspace.folder import Attribution, Folder, RestoreMade, Written
from peon.workspace.intent import Intent, drop_intent, read_intent, write_intent
from peon.workspace.lines import lines_that_leave
from peon.workspace.memory import Memory, Remembered
from peon.workspace.moved import Moves
from peon.workspace.paths import ancestors, meant, shown
from peon.workspace.perform import Performance
from peon.workspace.plan import (
    NO_STATE,
    Action,
    Draft,
    Plan,
    Surroundings,
    Wish,
    draft,
    settle,
)
from peon.workspace.ports import Placed
from peon.workspace.segments import RestoreRecord, Unseen
from peon.workspace.steps import Steps
from peon.workspace.store import storing
from peon.workspace.waiting import to_the_end

CAPTURE_SECONDS = 600.0
"""A restore needs the whole present in a checkpoint, and waits for it."""


@attrs.frozen
class RestoreRequest:
    """What to go back to: the thread whose turns and restores after the checkpoint are undone.

    `paths` (as text, see `paths.shown`; a folder stands for all below it) limit it. With
    `overwrite`, conflicting paths go back to the checkpoint too, over other people's changes.
    """

    thread_id: str
    checkpoint_ref: str
    paths: tuple[str, ...] | None = None
    conflicts: Literal["keep", "overwrite"] = "keep"


@attrs.frozen
class RestoredPath:
    """What a restore does to one path."""

    path: str
    effect: Literal["create", "write", "delete", "mode"]


@attrs.frozen
class KeptPath:
    """A path where others' changes came to an undone turn's, and which: it is left alone, or, when
    overwriting, goes back all the same.
    """

    path: str
    reason: str


@attrs.frozen
class RestorePreview:
    """Exactly what `restore` would do to the folder as it is now."""

    restored: tuple[RestoredPath, ...]
    kept: tuple[KeptPath, ...]
    overwritten: tuple[KeptPath, ...]


@attrs.frozen
class RestoreOutcome:
    """What a restore did; `before_ref` holds all as it was, `checkpoint_ref` as it is now."""

    checkpoint_ref: str
    before_ref: str
    restored: tuple[RestoredPath, ...]
    kept: tuple[KeptPath, ...]
    overwritten: tuple[KeptPath, ...]
    missing: tuple[Missing, ...] = ()
    """What `before_ref` does not hold; none of it was touched."""


async def preview(
    folder: Folder, request: RestoreRequest, attribution: Attribution
) -> RestorePreview:
    """Capture the present and say what a restore would do; changes nothing in the folder."""
    _, plan = await _plan(folder, request, attribution, Memory())
    restored = [_restored(one.path, one.expect, one.target) for one in plan.actions]
    conflicts, overwritten = _kept(plan.conflicts.items()), _kept(plan.overwritten.items())
    return RestorePreview(_sorted(restored), conflicts, overwritten)


async def restore(
    folder: Folder,
    request: RestoreRequest,
    restore_id: str,
    attribution: Attribution,
    steps: Steps,
    cancellation: Cancellation = NEVER,
) -> RestoreOutcome:
    """Do it. With the `restore_id` of one that was done already, tell what that one did.

    Raises Cancelled until the plan is written down; from then on it is finished.
    """
    owner = Owner(request.thread_id, restore_id, "restore")
    if (done := folder.chain.restore_by(owner)) is not None:
        return _outcome(folder, *done)
    cancellation.check()
    memory = Memory()
    before, plan = await _plan(folder, request, attribution, memory)
    cancellation.close()
    intent = Intent(owner, request.checkpoint_ref, before.ref, plan)
    with storing():
        await asyncio.to_thread(flush, folder.store.folder)
        await asyncio.to_thread(write_intent, folder.store.folder, intent)
    return await carry_out(folder, intent, steps, memory)


async def finish_interrupted(folder: Folder, steps: Steps) -> RestoreOutcome | None:
    """Finish the restore that a crash cut off, if there is one."""
    intent = await asyncio.to_thread(read_intent, folder.store.folder)
    if intent is None:
        return None
    if (done := folder.chain.restore_by(intent.owner)) is not None:
        await asyncio.to_thread(drop_intent, folder.store.folder)
        return _outcome(folder, *done)
    applier = _applier(folder, intent, steps)
    gone = await to_the_end(lambda _: _tidy_all(applier, intent.plan.actions))
    return await carry_out(folder, intent, steps, gone=gone)


# ---- planning ------------------------------------------------------------------------------------


async def _plan(
    folder: Folder, request: RestoreRequest, attribution: Attribution, memory: Memory
) -> tuple[Written, Plan]:
    after = folder.chain.number(request.checkpoint_ref)
    now = await folder.record(attribution, Deadline.after(folder.clock, CAPTURE_SECONDS))
    refuse_cut_short(now)
    only = (
        None if request.paths is None else tuple(meant(path).strip(b"/") for path in request.paths)
    )
    wish = Wish(
        undone=folder.chain.undone_by(request.thread_id, after),
        after=after,
        only=only,
        overwrite=request.conflicts == "overwrite",
    )
    drafted = draft(folder.chain, wish, Unseen(now.missing))
    around = await asyncio.to_thread(look_around, folder, drafted)
    moves = Moves.of(folder.chain, wish.undone, after)
    targets = {path: action.target for path, action in drafted.actions.items()}
    with closing(Root(folder.root)) as root, closing(LastFolder(root)) as last:
        seen = partial(content_if_untouched, last, since=folder.seen_at)
        lines = await lines_that_leave(folder.store, moves, targets, memory, seen)
    return now, settle(drafted, around, moves, lines, overwrite=wish.overwrite)


def refuse_cut_short(now: Written) -> None:
    """Raises ExternalFailure where the present is not in a checkpoint as a whole."""
    if now.segment.cut_short:
        raise ExternalFailure(
            "checkpoints",
            "the folder as it is now could not be captured whole, so nothing was restored",
            code="checkpoint.incomplete",
            remedy="Make the folder smaller, or let git ignore what need not be kept.",
        )


def look_around(folder: Folder, drafted: Draft) -> Surroundings:
    """What is on the disk around the paths of a draft."""
    above = {name for path in drafted.comings for name in ancestors(path)}
    folders: dict[bytes, Listing] = {}
    with closing(Root(folder.root)) as root:
        files = {name for name in above if standing(root, name) not in ("folder", None)}
        for path in drafted.comings:
            if drafted.actions[path].expect is None and standing(root, path) == "folder":
                folders[path] = below(folder.root, path)
    return Surroundings(frozenset(files), folders)


# ---- applying ------------------------------------------------------------------------------------


async def carry_out(
    folder: Folder,
    intent: Intent,
    steps: Steps,
    memory: Memory | None = None,
    *,
    gone: frozenset[int] = frozenset(),
) -> RestoreOutcome:
    """Do what was written down, and say so in the chain; `memory` may hold what is written.

    `gone` are the actions that were done before a crash, and whose file somebody has deleted since.
    """
    if not await asyncio.to_thread(folder.root.is_dir):
        raise ExternalFailure(
            "workspace",
            f"the folder {folder.root} is not there",
            code="workspace.notAFolder",
            remedy="Bring it back; what was begun will then be finished.",
        )
    applier = _applier(folder, intent, steps)
    steps("begin")
    work = Performance(
        applier, intent.plan.actions, await _folders_before(folder, intent.plan), gone
    )
    async with folder.store.blobs() as blobs:
        await work.perform(Remembered(blobs, memory or Memory()))
    steps("applied")
    with storing():
        await asyncio.to_thread(flush, folder.root)
    made = _made(intent, work, await asyncio.to_thread(work.placed))
    deadline = Deadline.after(folder.clock, CAPTURE_SECONDS)
    written = await folder.record(_by(intent.owner, work.done), deadline, restore=made)
    steps("recorded")
    await asyncio.to_thread(drop_intent, folder.store.folder)
    record = written.segment.restore or made.record(written.segment.changes)
    return _outcome(folder, written.ref, record)


async def _folders_before(folder: Folder, plan: Plan) -> dict[int, frozenset[bytes]]:
    """For each state that a deletion goes back to, the folders that held something in it."""
    numbers = {action.back_to for action in plan.actions if action.target is None}
    return {
        number: await folder.store.folders(folder.chain.ref(number)) for number in sorted(numbers)
    }


def _tidy_all(applier: Applier, actions: Sequence[Action]) -> frozenset[int]:
    """Clear what lies about; the actions whose file somebody has deleted since."""
    gone = applier.taken_away(actions)
    applier.tidy_spare(actions)
    for number, action in enumerate(actions):
        applier.tidy(action, number)
    return gone


def _applier(folder: Folder, intent: Intent, steps: Steps) -> Applier:
    tag = f"{folder.chain.number(intent.before)}"
    return Applier(folder.root, tag, steps, folder.store.folder, captured_at=folder.seen_at)


def _by(owner: Owner, done: Mapping[bytes, Action]) -> Attribution:
    """A change is the restore's when it is exactly what the restore did there."""
    own = Hand(frozenset([owner]))

    def attribution(path: bytes, change: Change) -> Hand:
        action = done.get(path)
        if action is None or (change.before, change.after) != (action.expect, action.target):
            return Hand()
        return own

    return attribution


def _made(intent: Intent, work: Performance, placed: Placed) -> RestoreMade:
    own = frozenset([intent.owner])

    def record(changes: Mapping[bytes, Change]) -> RestoreRecord:
        jumps = {
            path: action.back_to
            for path, action in work.done.items()
            if path in changes and changes[path].owners == own and action.back_to != NO_STATE
        }
        conflicts = {**intent.plan.conflicts, **work.failed}
        return RestoreRecord(
            owner=intent.owner,
            checkpoint=intent.checkpoint,
            before=intent.before,
            jumps=jumps,
            conflicts=tuple(sorted(conflicts.items())),
            overwritten=tuple(
                (path, why) for path, why in intent.plan.overwritten.items() if path in work.done
            ),
        )

    return RestoreMade(intent.checkpoint, placed, record)


# ---- telling -------------------------------------------------------------------------------------


def _outcome(folder: Folder, ref: str, record: RestoreRecord) -> RestoreOutcome:
    changes = folder.chain.segment(folder.chain.number(ref)).changes
    own = frozenset([record.owner])
    restored = [
        _restored(path, change.before, change.after)
        for path, change in changes.items()
        if change.owners == own
    ]
    before = folder.chain.segment(folder.chain.number(record.before))
    return RestoreOutcome(
        checkpoint_ref=ref,
        before_ref=record.before,
        restored=_sorted(restored),
        kept=_kept(record.conflicts),
        overwritten=_kept(record.overwritten),
        missing=as_missing(before.missing),
    )


def _restored(path: bytes, before: Entry | None, after: Entry | None) -> RestoredPath:
    name = shown(path)
    if before is None:
        return RestoredPath(name, "create")
    if after is None:
        return RestoredPath(name, "delete")
    return RestoredPath(name, "mode" if before.oid == after.oid else "write")


def _sorted(restored: Iterable[RestoredPath]) -> tuple[RestoredPath, ...]:
    return tuple(sorted(restored, key=lambda one: one.path))


def _kept(conflicts: Iterable[tuple[bytes, str]]) -> tuple[KeptPath, ...]:
    return tuple(
        sorted((KeptPath(shown(path), why) for path, why in conflicts), key=lambda k: k.path)
    )
