"""Looks at a folder and stores what stands there: one tree per repository in it, and what it
missed.

No command is used that would look into a nested repository by itself (`add` and `status` run that
repository's own configuration); each is captured as a unit of its own instead.
"""

import asyncio
import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from peon.errors import ExternalFailure
from peon.workspace.ahead import Ahead
from peon.workspace.deadline import Deadline
from peon.workspace.entries import Miss
from peon.workspace.git import Git
from peon.workspace.ignores import SECONDS, Survey, survey
from peon.workspace.paths import under
from peon.workspace.ports import Observation, Placed
from peon.workspace.store import NOT_STORED, CheckpointStore, View, storing
from peon.workspace.unit import CaptureLimits, Unit

_NOTHING_PLACED = Placed({})


class FolderObserver:
    """Observes one folder again and again; the indexes in the store make that cheap."""

    def __init__(self, git: Git, store: CheckpointStore, root: Path, limits: CaptureLimits) -> None:
        self._git = git
        self._store = store
        self._root = root
        self._limits = limits
        self._surveys: dict[bytes, Survey] = {}
        self._trees: dict[bytes, str] = {}
        self._ahead: dict[Path, Ahead] = {}

    def forget(self) -> None:
        """Trust no earlier look, nor what was learnt about ignored files."""
        self._surveys.clear()
        self._trees.clear()

    async def observe(
        self,
        deadline: Deadline,
        known: Mapping[bytes, str],
        placed: Placed | None = None,
    ) -> Observation:
        """Capture every unit. `known` are the trees of the last capture, kept where a unit fails.

        With `placed`, only its doubtful paths are looked at, even where a rule ignores them. Where
        there was no look before, everything is all the same.

        Raises ExternalFailure when not even the names in the root could be listed in time.
        """
        trees: dict[bytes, str] = {}
        missing: list[Miss] = []
        waiting = [b""]
        some = placed is not None and known.keys() == self._trees.keys() <= self._surveys.keys()
        if placed is not None and some:
            waiting = [path for path in known if _within(path, placed, known).paths]
            trees |= known
        while waiting:
            path = waiting.pop(0)
            try:
                here = _within(path, placed, known) if placed is not None else _NOTHING_PLACED
                unit = await self._unit(path, here.paths, deadline)
                if some:
                    unit.placed = here
                found = await unit.capture(deadline, self._trees.pop(path, None), known.get(path))
            except ExternalFailure as error:
                if not path or error.code == NOT_STORED:
                    raise
                missing.append(Miss(path + b"/", "repositoryFailed"))
                trees |= {path: known[path]} if path in known else {}
                continue
            self._trees[path] = trees[path] = found.tree
            missing += found.missing
            waiting += found.nested
            room = max(0, self._limits.units + 1 - len(trees))
            missing += [Miss(extra + b"/", "notReached") for extra in waiting[room:]]
            del waiting[room:]
        return Observation(trees, tuple(missing))

    async def _unit(self, path: bytes, chosen: Iterable[bytes], deadline: Deadline) -> Unit:
        folder = self._root / os.fsdecode(path)
        if path and await asyncio.to_thread(os.path.realpath, folder) != str(folder):
            raise ExternalFailure("workspace", f"{folder} became a link", code="workspace.moved")
        kept: tuple[bytes, ...] = ()
        if path not in self._surveys:
            seconds = min(SECONDS, deadline.left)
            self._surveys[path] = await survey(self._git, folder, seconds)
            kept = self._surveys[path].kept
        here = self._surveys[path]
        name = hashlib.sha256(path + b"\0" + here.prefix).hexdigest()[:16]
        view = View(here.work_tree, self._store.folder / f"index-{name}")
        rules = self._store.folder / f"excludes-{name}"
        with storing():
            await asyncio.to_thread(_write_if_new, rules, here.excludes)
        extra = {*kept, *(here.prefix + name for name in chosen)}
        if (ahead := self._ahead.get(view.index)) is None:
            ahead = Ahead(self._store.trees, self._store.objects / "objects")
            self._ahead[view.index] = ahead
        return Unit(self._store, view, rules, here.prefix, path, self._limits, extra, ahead)


def _within(unit: bytes, placed: Placed, units: Collection[bytes]) -> Placed:
    """What of it belongs to this unit and to none nested in it, relative to it."""
    inner = [other for other in units if other != unit and under(other, unit)]
    if not unit and not inner:
        return placed
    cut = len(unit) + 1 if unit else 0

    def belongs(path: bytes) -> bool:
        return under(path, unit) and not any(under(path, other) for other in inner)

    return Placed(
        {path[cut:]: entry for path, entry in placed.stands.items() if belongs(path)},
        frozenset(path[cut:] for path in placed.doubtful if belongs(path)),
    )


def _write_if_new(file: Path, content: bytes) -> None:
    if not file.exists() or file.read_bytes() != content:
        file.write_bytes(content)
