"""A turn's changes for review: file by file, change by change, and how each stands now.

What is reviewed is what the turn did, and only that: what somebody else changed in the same files
meanwhile is told apart line by line, and a change that both had a hand in cannot be taken back.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from peon.workspace.chain import Chain
from peon.workspace.entries import LINK, Change, Entry
from peon.workspace.folder import Folder
from peon.workspace.hunks import (
    Edit,
    Standing,
    composed,
    digest,
    names,
    patch_of,
    split_lines,
    standing_of,
)
from peon.workspace.line_edits import Pair, line_edits
from peon.workspace.patches import Kind
from peon.workspace.ports import Blobs
from peon.workspace.segments import Unseen
from peon.workspace.store import CheckpointStore
from peon.workspace.touched import Moved, Touched, content_of, is_file

HunkKind = Literal["text", "whole", "mode", "rename"]

_LONGEST = 1024 * 1024
"""A larger file is taken or left as a whole."""
_SNIFFED = 8000
_PATCH_BYTES = 64 * 1024
"""A longer hunk is not shown."""


@attrs.frozen
class Hunk:
    """A single change; `edit` says which lines it is, where it is one of lines."""

    hunk_id: str
    kind: HunkKind
    edit: Edit | None
    patch: str | None
    standing: Standing
    shared: bool = False


@attrs.frozen
class ReviewedFile:
    """A file as a turn changed it. `now` is what stands there, `old_now` where it came from."""

    touched: Touched
    old: Touched | None
    kind: Kind
    binary: bool
    now: Entry | None
    old_now: Entry | None
    hunks: tuple[Hunk, ...]

    @property
    def path(self) -> bytes:
        return self.touched.path

    @property
    def base(self) -> Entry | None:
        """What stood there before the turn, or where it was renamed from."""
        return self.touched.base if self.old is None else self.old.base


# ---- files ---------------------------------------------------------------------------------------


async def reviewed(
    folder: Folder, store: CheckpointStore, files: Sequence[Moved], at: int
) -> list[ReviewedFile]:
    """The files with their changes, and how these stand in the state after segment `at`."""
    states = [_State.of(folder.chain, file, at) for file in files]
    sizes = await store.sizes(sorted({oid for state in states for oid in state.oids}))
    plain = [state for state in states if state.may_be_text(sizes)]
    pairs = [pair for state in plain for pair in state.pairs]
    edits = await line_edits(store, pairs)
    found = []
    async with store.blobs() as blobs:
        for state in states:
            texts = await _texts(blobs, state) if state in plain else None
            found.append(_reviewed(state, texts, edits))
    unseen = Unseen(folder.chain.segment(at).missing)
    return [_doubted(file) if unseen.covers(file.path) else file for file in found]


@attrs.frozen
class _State:
    """A file with what stands at its places now."""

    file: Moved
    now: Entry | None
    old_now: Entry | None

    @classmethod
    def of(cls, chain: Chain, file: Moved, at: int) -> "_State":
        old_now = None if file.old is None else chain.entry(file.old.path, at)
        return cls(file, chain.entry(file.touched.path, at), old_now)

    @property
    def base(self) -> Entry | None:
        return self.file.touched.base if self.file.old is None else self.file.old.base

    @property
    def end(self) -> Entry | None:
        return self.file.touched.end

    @property
    def oids(self) -> set[str]:
        steps = [each for _, change in self.file.touched.steps for each in _sides(change)]
        entries = (self.base, self.end, self.now, *steps)
        return {entry.oid for entry in entries if entry is not None}

    @property
    def pairs(self) -> list[Pair]:
        """The contents to compare: what the turn did, its steps, and what came after it."""
        pairs = [
            (content_of(self.base), content_of(self.end)),
            (content_of(self.end), content_of(self.now)),
        ]
        if self.file.touched.shared:
            pairs += map(_contents, self._changes)
        return pairs

    @property
    def _changes(self) -> list[Change]:
        return [change for _, change in self.file.touched.steps]

    def may_be_text(self, sizes: Mapping[str, int]) -> bool:
        """Whether it is made of plain files only, none of them too long to be taken apart."""
        entries = [self.base, self.end, self.now]
        if self.file.touched.shared:
            entries += [each for change in self._changes for each in _sides(change)]
            if any(None in _sides(change) for change in self._changes):
                return False
        files = [entry for entry in entries if entry is not None]
        return all(is_file(entry) and sizes[entry.oid] <= _LONGEST for entry in files)


@attrs.frozen
class Texts:
    """The contents of a file by lines: before the turn, after it, and now."""

    base: list[bytes]
    end: list[bytes]
    now: list[bytes]

    @property
    def binary(self) -> bool:
        return any(
            b"\0" in b"".join(lines[:200])[:_SNIFFED] for lines in (self.base, self.end, self.now)
        )


async def _texts(blobs: Blobs, state: _State) -> Texts:
    wanted = [content_of(entry) for entry in (state.base, state.end, state.now)]
    contents = [split_lines(content) async for _, content in blobs.read_all(wanted)]
    return Texts(*contents)


def _reviewed(state: _State, texts: Texts | None, edits: Mapping[Pair, list[Edit]]) -> ReviewedFile:
    text = None if texts is None or texts.binary else texts
    hunks = [*_lines(state, text, edits)] if text is not None else []
    if state.file.old is not None:
        hunks.append(_rename(state, state.file.old.path))
    mode = _mode(state)
    if mode is not None:
        hunks.append(mode)
    base, end = state.base, state.end
    same = base is not None and end is not None and base.oid == end.oid
    if not any(hunk.kind == "text" for hunk in hunks) and not (hunks and same):
        hunks.insert(0, _whole(state))
    return ReviewedFile(
        touched=state.file.touched,
        old=state.file.old,
        kind=_kind(state),
        binary=texts is not None and texts.binary,
        now=state.now,
        old_now=state.old_now,
        hunks=tuple(hunks),
    )


def _kind(state: _State) -> Kind:
    base, end = state.base, state.end
    if state.file.old is not None:
        return "renamed"
    if base is None or end is None:
        return "added" if base is None else "deleted"
    return "mode" if base.oid == end.oid else "modified"


def _lines(state: _State, texts: Texts, edits: Mapping[Pair, list[Edit]]) -> list[Hunk]:
    """The changes of lines: where others were at it too, followed step by step."""
    made = edits[content_of(state.base), content_of(state.end)]
    touched = state.file.touched
    if touched.shared:
        steps = [
            (side, edits[content_of(change.before), content_of(change.after)])
            for side, change in touched.steps
        ]
        made = [edit for edit in composed(len(texts.base), steps) if edit.side != "others"]
    since = edits[content_of(state.end), content_of(state.now)]
    called = names(touched.path, texts.base, texts.end, made)
    return [
        Hunk(
            hunk_id=name,
            kind="text",
            edit=edit,
            patch=_short(patch_of(texts.base, texts.end, edit)),
            standing=_standing(state, texts, edit, since),
            shared=edit.side != "turn",
        )
        for name, edit in zip(called, made, strict=True)
    ]


def _short(patch: str) -> str | None:
    return patch if len(patch) <= _PATCH_BYTES else None


def _standing(state: _State, texts: Texts, edit: Edit, since: Sequence[Edit]) -> Standing:
    if state.end is None or state.now is None:
        return _as_whole(state)
    return standing_of(edit, texts.base, texts.now, since)


def _as_whole(state: _State) -> Standing:
    if state.now == state.end:
        return "inPlace"
    return "undone" if state.now == state.base else "changed"


def _whole(state: _State) -> Hunk:
    touched = state.file.touched
    name = digest(touched.path, b"whole", *map(_identity, (state.base, state.end)))
    return Hunk(name, "whole", None, None, _as_whole(state), shared=touched.shared)


def _mode(state: _State) -> Hunk | None:
    """That a file became a program, or ceased to be one."""
    base, end, now = state.base, state.end, state.now
    if base is None or end is None or base.mode == end.mode or LINK in (base.mode, end.mode):
        return None
    touched = state.file.touched
    name = digest(touched.path, b"mode", base.mode.encode(), end.mode.encode())
    mode = None if now is None else now.mode
    standing: Standing = (
        "inPlace" if mode == end.mode else "undone" if mode == base.mode else "changed"
    )
    patch = f"old mode {base.mode}\nnew mode {end.mode}\n"
    return Hunk(name, "mode", None, patch, standing, shared=touched.shared)


def _rename(state: _State, old_path: bytes) -> Hunk:
    new_path = state.file.touched.path
    name = digest(new_path, b"rename", old_path)
    there, away = state.now is not None, state.old_now is None
    standing: Standing = (
        "inPlace" if there and away else "undone" if not there and not away else "changed"
    )
    texts = [path.decode("utf-8", "replace") for path in (old_path, new_path)]
    patch = "rename from {}\nrename to {}\n".format(*texts)
    return Hunk(name, "rename", None, patch, standing)


def _doubted(file: ReviewedFile) -> ReviewedFile:
    """A file that could not be looked at now: nothing of it is known to stand as it was left."""
    hunks = [attrs.evolve(hunk, standing="changed") for hunk in file.hunks]
    return attrs.evolve(file, hunks=tuple(hunks))


def _contents(change: Change) -> Pair:
    return content_of(change.before), content_of(change.after)


def _sides(change: Change) -> tuple[Entry | None, Entry | None]:
    return change.before, change.after


def _identity(entry: Entry | None) -> bytes:
    return b"" if entry is None else f"{entry.mode} {entry.oid}".encode()
