"""Reviewing a turn: which of its changes are there, and taking some of them back.

Taking back is a restore of a few lines: the present is captured first, the plan is written down,
and it is applied path by path where exactly that stands which was just captured.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import attrs

from peon.errors import ExternalFailure
from peon.workspace.deadline import Deadline
from peon.workspace.disk import flush
from peon.workspace.entries import FILE, LINK, Entry, Owner
from peon.workspace.folder import Attribution, Folder
from peon.workspace.hunks import Edit, split_lines, taken_back
from peon.workspace.intent import Intent, write_intent
from peon.workspace.line_edits import line_edits
from peon.workspace.loose import write_object
from peon.workspace.moved import Moves, Need
from peon.workspace.paths import meant, shown
from peon.workspace.plan import NO_STATE, Action, Draft, Plan, settle
from peon.workspace.restore import (
    CAPTURE_SECONDS,
    RestoreOutcome,
    carry_out,
    look_around,
    refuse_cut_short,
)
from peon.workspace.review import Hunk, ReviewedFile, reviewed
from peon.workspace.steps import Steps
from peon.workspace.store import CheckpointStore, storing
from peon.workspace.touched import TurnSpan, content_of, touched_paths, with_renames

PAGE_FILES = 200
"""A page of a review holds no more files than this, whatever was asked for."""
_PAGE_BYTES = 4 * 1024 * 1024
"""Of more than this in one page, the rest is not shown."""
_TOLD_BYTES = 4 * 1024
"""How much of what was taken back is told in its record."""


@attrs.frozen
class ReviewPage:
    """Some of the files that a turn changed."""

    files: tuple[ReviewedFile, ...]
    total: int
    next: int | None


@attrs.frozen
class Choice:
    """Which changes of a turn are meant: those named, else all of a path, else all."""

    path: str | None
    hunk_ids: tuple[str, ...] | None


@attrs.frozen
class Chosen:
    """The changes that are meant in one file."""

    file: ReviewedFile
    hunks: tuple[Hunk, ...]


@attrs.frozen
class LeftAlone:
    """A change that could not be taken back, and why."""

    path: str
    hunk_id: str
    reason: str


@attrs.frozen
class TakenBack:
    """What became of the chosen changes, by file, and the beginning of what was taken back.

    `before_ref` holds everything as it was; None where nothing had to be done.
    """

    files: tuple[tuple[str, tuple[str, ...]], ...]
    left: tuple[LeftAlone, ...]
    before_ref: str | None
    patch: str | None


# ---- looking -------------------------------------------------------------------------------------


async def review_page(
    folder: Folder,
    store: CheckpointStore,
    span: TurnSpan,
    paths: Sequence[str] | None,
    offset: int,
    limit: int,
) -> ReviewPage:
    """A page of what the turn changed, compared with the newest capture."""
    wanted = None if paths is None else [meant(path).strip(b"/") for path in paths]
    moved = await with_renames(store, touched_paths(folder.chain, span))
    chosen = [each for each in moved if each.concerns(wanted)]
    end = offset + min(limit, PAGE_FILES)
    files = await reviewed(folder, store, chosen[offset:end], folder.chain.last)
    return ReviewPage(
        tuple(_within(files)), len(chosen), end if files and end < len(chosen) else None
    )


def _within(files: Sequence[ReviewedFile]) -> list[ReviewedFile]:
    """The files, as much of their patches as one page may hold."""
    left, found = _PAGE_BYTES, []
    for file in files:
        left -= sum(len(hunk.patch or "") for hunk in file.hunks)
        hunks = file.hunks if left >= 0 else [attrs.evolve(one, patch=None) for one in file.hunks]
        found.append(attrs.evolve(file, hunks=tuple(hunks)))
    return found


async def chosen_changes(
    folder: Folder, store: CheckpointStore, span: TurnSpan, choice: Choice, at: int
) -> list[Chosen]:
    """The changes that are meant, as they stand after segment `at`.

    Raises ExternalFailure (review.hunkNotFound, review.fileNotFound) for what the turn did not do.
    """
    moved = await with_renames(store, touched_paths(folder.chain, span))
    if choice.path is not None:
        path = meant(choice.path).strip(b"/")
        moved = [each for each in moved if each.touched.path == path]
        if not moved:
            raise _not_there("review.fileNotFound", f"the turn did not change {choice.path}")
    files = await reviewed(folder, store, moved, at)
    if choice.hunk_ids is None:
        return [Chosen(file, file.hunks) for file in files]
    wanted = frozenset(choice.hunk_ids)
    known = {hunk.hunk_id for file in files for hunk in file.hunks}
    if wanted - known:
        missing = ", ".join(sorted(wanted - known))
        raise _not_there("review.hunkNotFound", f"the turn made no such change: {missing}")
    picked = [
        Chosen(file, tuple(hunk for hunk in file.hunks if hunk.hunk_id in wanted)) for file in files
    ]
    return [each for each in picked if each.hunks]


def _not_there(code: str, detail: str) -> ExternalFailure:
    return ExternalFailure("review", detail, code=code, remedy="Read the review again.")


# ---- taking back ---------------------------------------------------------------------------------


@attrs.frozen
class TakeBackRequest:
    """Which changes of a turn to take back, and the id of doing so."""

    span: TurnSpan
    choice: Choice
    reject_id: str

    @property
    def owner(self) -> Owner:
        """Who makes the change that takes back: the turn's thread, as it restores."""
        return Owner(self.span.owner.thread_id, self.reject_id, "restore")


async def take_back(
    folder: Folder,
    store: CheckpointStore,
    request: TakeBackRequest,
    attribution: Attribution,
    steps: Steps,
) -> TakenBack:
    """Do it. With the id of one that was done already, tell what that one did."""
    done = folder.chain.restore_by(request.owner)
    if done is not None:
        _, record = done
        at = folder.chain.number(record.before)
        chosen = await chosen_changes(folder, store, request.span, request.choice, at)
        return _told(chosen, record.before, {shown(path): why for path, why in record.conflicts})
    now = await folder.record(attribution, Deadline.after(folder.clock, CAPTURE_SECONDS))
    refuse_cut_short(now)
    at = folder.chain.last
    chosen = await chosen_changes(folder, store, request.span, request.choice, at)
    plan = await _plan(folder, store, chosen)
    failed: dict[str, str] = {shown(path): why for path, why in plan.conflicts.items()}
    if not plan.actions:
        return _told(chosen, None, failed)
    outcome = await _carry_out(folder, request, now.ref, plan, steps)
    return _told(chosen, now.ref, failed | {each.path: each.reason for each in outcome.kept})


async def _carry_out(
    folder: Folder, request: TakeBackRequest, before: str, plan: Plan, steps: Steps
) -> RestoreOutcome:
    intent = Intent(request.owner, request.span.before_ref, before, plan)
    with storing():
        await asyncio.to_thread(flush, folder.store.folder)
        await asyncio.to_thread(write_intent, folder.store.folder, intent)
    return await carry_out(folder, intent, steps)


def _possible(chosen: Chosen) -> list[Hunk]:
    """Those of the changes that stand as they were left, and are the turn's alone."""
    return [hunk for hunk in chosen.hunks if hunk.standing == "inPlace" and not hunk.shared]


async def _plan(folder: Folder, store: CheckpointStore, chosen: Sequence[Chosen]) -> Plan:
    actions: dict[bytes, Action] = {}
    needs: dict[bytes, Need] = {}
    for each in chosen:
        if _possible(each):
            for action in await _actions(store, each):
                actions[action.path] = action
            if each.file.old is not None and each.file.old.path in actions:
                back = actions[each.file.old.path]
                if back.target is not None:
                    needs[each.file.path] = Need(back.path, back.target)
    draft = Draft(actions, {})
    around = await asyncio.to_thread(look_around, folder, draft)
    now = {path: action.expect for path, action in actions.items()}
    plan = settle(draft, around, Moves(dict.fromkeys(actions, ()), now), {}, overwrite=False)
    return attrs.evolve(
        plan,
        actions=tuple(
            attrs.evolve(one, needs=(needs[one.path],)) if one.path in needs else one
            for one in plan.actions
        ),
    )


async def _actions(store: CheckpointStore, chosen: Chosen) -> list[Action]:
    """What takes the changes of one file back: one action, or two where it moves back too."""
    file, hunks = chosen.file, _possible(chosen)
    kinds = {hunk.kind for hunk in hunks}
    base = file.base
    if "whole" in kinds:
        target = base
    else:
        edits = [hunk.edit for hunk in hunks if hunk.edit is not None]
        target = await _without(store, file, edits)
        if target is not None and base is not None and "mode" in kinds:
            target = attrs.evolve(target, mode=base.mode)
    back_to = file.touched.back_to if target == base else NO_STATE
    if "rename" in kinds and file.old is not None and target is not None:
        home = file.old.back_to if target == base else NO_STATE
        return [
            Action(file.old.path, file.old_now, target, home),
            Action(file.path, file.now, None, file.touched.back_to),
        ]
    return [Action(file.path, file.now, target, back_to)]


async def _without(
    store: CheckpointStore, file: ReviewedFile, edits: Collection[Edit]
) -> Entry | None:
    """What stands now, without these changes; nothing where nothing is left of a new file."""
    if not edits:
        return file.now
    base, end, now = (content_of(entry) for entry in (file.base, file.touched.end, file.now))
    since = (await line_edits(store, [(end, now)]))[end, now]
    async with store.blobs() as blobs:
        old, lines = [split_lines(text) async for _, text in blobs.read_all([base, now])]
    content = taken_back(old, lines, since, edits)
    if file.base is None and not content:
        return None
    with storing():
        oid = await asyncio.to_thread(write_object, store.objects / "objects", "blob", content)
    mode = file.now.mode if file.now is not None else file.base.mode if file.base else FILE
    return Entry(mode if mode != LINK else FILE, oid)


# ---- telling -------------------------------------------------------------------------------------


def _told(chosen: Sequence[Chosen], before: str | None, failed: Mapping[str, str]) -> TakenBack:
    files, left, patches = [], [], []
    for each in chosen:
        path = shown(each.file.path)
        old = None if each.file.old is None else shown(each.file.old.path)
        why = failed.get(path) or (failed.get(old) if old is not None else None)
        done = []
        for hunk in each.hunks:
            reason = _reason(hunk) or (why if hunk.standing == "inPlace" else None)
            if reason is not None:
                left.append(LeftAlone(path, hunk.hunk_id, reason))
                continue
            done.append(hunk.hunk_id)
            patches.append(f"{path}\n{hunk.patch or ''}")
        if done:
            files.append((path, tuple(done)))
    patch = "".join(patches)[:_TOLD_BYTES]
    return TakenBack(tuple(files), tuple(left), before, patch or None)


def _reason(hunk: Hunk) -> str | None:
    """Why a change cannot be taken back; one that is not there any more needs nothing."""
    if hunk.standing == "changed":
        return "changedSince"
    return "shared" if hunk.shared and hunk.standing == "inPlace" else None
