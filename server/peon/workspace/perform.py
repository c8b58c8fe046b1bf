"""Performs a plan that has been written down: its actions in order, a few contents in memory at a
time.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

import attrs

from peon.workspace.apply import Applier
from peon.workspace.moved import Need
from peon.workspace.plan import Action, Reason
from peon.workspace.ports import Blobs, Placed
from peon.workspace.waiting import to_the_end

_ROUND_ACTIONS = 256
_ROUND_BYTES = 8 * 1024 * 1024


@attrs.frozen
class _Ready:
    """An action with its number in the plan and the bytes it writes."""

    number: int
    action: Action
    content: bytes


class Performance:
    """The actions of one restore as they get done, or turn out not to be possible (any more)."""

    def __init__(
        self,
        applier: Applier,
        actions: Sequence[Action],
        folders_before: Mapping[int, frozenset[bytes]],
        gone: Collection[int] = (),
    ) -> None:
        """`folders_before` are the folders that held something, by the state an action goes back
        to; `gone` are the actions that shall not be done again.
        """
        self._gone = gone
        self._applier = applier
        self._actions = actions
        self._folders_before = folders_before
        self._to_come = {action.path for action in actions}
        self.done: dict[bytes, Action] = {}
        self.failed: dict[bytes, Reason] = {}

    async def perform(self, blobs: Blobs) -> None:
        """Take every action; one that was done before a crash is found done."""
        try:
            await self._perform(blobs)
            await to_the_end(lambda _: self._applier.finish())
        finally:
            self._applier.close()

    def placed(self) -> Placed:
        """What was done, and where somebody seems to have been since."""
        untouched = {
            path: action.target
            for path, action in self.done.items()
            if self._applier.is_as_left(path, action.target)
        }
        return Placed(untouched, frozenset(self.done.keys() - untouched.keys()))

    async def _perform(self, blobs: Blobs) -> None:
        wanted = [action.target.oid for action in self._actions if action.target is not None]
        contents = blobs.read_all(wanted)
        round_: list[_Ready] = []
        size = 0
        for number, action in enumerate(self._actions):
            content = (await anext(contents))[1] if action.target is not None else b""
            round_.append(_Ready(number, action, content))
            size += len(content)
            if len(round_) >= _ROUND_ACTIONS or size >= _ROUND_BYTES:
                await to_the_end(self._round(round_))
                round_, size = [], 0
        await to_the_end(self._round(round_))

    def _round(self, round_: Sequence[_Ready]) -> Callable[[Callable[[], bool]], None]:
        def run(stop: Callable[[], bool]) -> None:
            try:
                for ready in round_:
                    if stop():
                        return
                    self._take(ready)
            finally:
                self._applier.pause()

        return run

    def _take(self, ready: _Ready) -> None:
        action = ready.action
        self._to_come.discard(action.path)
        why = self._attempt(ready)
        if why is not None:
            self.failed[action.path] = why
            return
        self.done[action.path] = action
        if action.target is None:
            kept = self._folders_before.get(action.back_to, frozenset())
            self._applier.remove_empty_folders(action.path, kept)

    def _attempt(self, ready: _Ready) -> Reason | None:
        action = ready.action
        if ready.number in self._gone:
            return "changedMeanwhile"
        if not all(map(self._will_stand, action.needs)) and not self._applier.stands(
            action.path, action.target
        ):
            return "lastCopy"
        return self._applier.apply(action, ready.number, ready.content)

    def _will_stand(self, need: Need) -> bool:
        """Whether what is needed stands there, or is still to come: two paths may need each
        other.
        """
        if need.path in self._to_come:
            return True
        return need.path not in self.failed and self._applier.stands(need.path, need.entry)
