"""What a list tells of a thread's past: its newest turns, how many there are, what it is called by.

It is written with what the thread is, so that a list of threads that rest reads nothing of what
rests in them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs

from peon.domain.model import Checkpoint, Thread, Turn
from peon.domain.threads import UNTITLED
from peon.engine.resting import Resting, read_turn
from peon.wire import dumps, loads, structure_trusted, unstructure
from peon_protocol.ids import TurnId
from peon_protocol.values import Prompt, TextContent, TitleSource

TITLE_LENGTH: Final = 60
"""How many characters of its first prompt an untitled thread is called by."""
LISTED_TURNS: Final = 1
"""How many turns a list tells where nobody asks for more: a gist holds as many."""
_KEPT_WITHIN: Final = 2
_KEPT_BESIDE: Final = 20
"""No more checkpoints are told than these for each turn, and these in all."""


@attrs.frozen(kw_only=True)
class Gist:
    """The newest turns, without items, and what was kept of the files since they began.

    `heading` is what the thread is called by as long as nobody names it.
    """

    turn_count: int
    checkpoint_count: int
    heading: str | None
    turns: tuple[Turn, ...]
    checkpoints: tuple[Checkpoint, ...]


class PastTurns(Resting[TurnId, Turn]):
    """The turns of a thread that was read, and the gist that was written of them."""

    def __init__(self, values: Callable[[], Mapping[Any, Turn | bytes]], gist: str | None) -> None:
        super().__init__(Turn, values, read_turn)
        self._gist = gist

    @property
    def gist(self) -> str | None:
        """What was written of them, if none was touched since."""
        return self._gist if self.is_untouched else None


def gist_of(thread: Thread, *, turns: int) -> Gist:
    """The gist with so many turns; nothing that rests is read for no more than `LISTED_TURNS`."""
    written = _written(thread) if turns <= LISTED_TURNS else None
    if written is None:
        return _made(thread, turns)
    if turns == LISTED_TURNS or not written.turns:
        return written
    return attrs.evolve(written, turns=(), checkpoints=())


def heading_of(thread: Thread) -> str | None:
    """A thread that nobody named is called by what it was first asked."""
    if thread.title_source is not TitleSource.SERVER or not thread.turns:
        return None
    line = _first_line(next(iter(thread.turns.values())).prompt)
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"


def written_gist(thread: Thread) -> str:
    """The gist as it is written; where nothing has happened to the past, as it was."""
    return _text(thread) or dumps(unstructure(_made(thread, LISTED_TURNS))).decode()


def _text(thread: Thread) -> str | None:
    checkpoints = thread.checkpoints
    if isinstance(checkpoints, Resting) and not checkpoints.is_untouched:
        return None
    return thread.turns.gist if isinstance(thread.turns, PastTurns) else None


def _written(thread: Thread) -> Gist | None:
    """What was written, if its shape is ours."""
    text = _text(thread)
    if text is None:
        return None
    try:
        return structure_trusted(loads(text.encode()), Gist)
    except ValueError:
        return None


def _made(thread: Thread, turns: int) -> Gist:
    newest = list(thread.turns)[-turns:] if turns else []
    told = tuple(attrs.evolve(thread.turns[each], items={}) for each in newest)
    return Gist(
        turn_count=len(thread.turns),
        checkpoint_count=len(thread.checkpoints),
        heading=heading_of(thread),
        turns=told,
        checkpoints=_kept_since(thread, told),
    )


def _kept_since(thread: Thread, turns: tuple[Turn, ...]) -> tuple[Checkpoint, ...]:
    """The checkpoints behind the last of an earlier turn; of a thread without turns, the newest."""
    if not turns and thread.turns:
        return ()
    numbered = {turn.turn_id for turn in turns}
    most = _KEPT_WITHIN * len(turns) + _KEPT_BESIDE
    found: list[Checkpoint] = []
    for checkpoint_id in reversed(list(thread.checkpoints)[-most:]):
        checkpoint = thread.checkpoints[checkpoint_id]
        if checkpoint.turn_id is not None and checkpoint.turn_id not in numbered:
            break
        found.append(checkpoint)
    return tuple(reversed(found))


def _first_line(prompt: Prompt) -> str:
    texts = [prompt] if isinstance(prompt, str) else _texts(prompt)
    lines = (line.strip() for text in texts for line in text.splitlines())
    return next((line for line in lines if line), UNTITLED)


def _texts(blocks: Iterable[object]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, TextContent)]
