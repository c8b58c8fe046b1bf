"""What a run shows: the agent's words on stdout and the rest on stderr, or the events as JSON."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from peon.cli.client import JsonObject
from peon.cli.painting import edit_lines, style_of
from peon.cli.telling import Teller, one_line, printable
from peon.wire import dumps
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    ItemRecorded,
    OperationFailed,
    StoredEvent,
    ThreadCreated,
    TurnCompleted,
    TurnFailed,
)
from peon_protocol.ids import ItemId
from peon_protocol.notifications import TurnDelta
from peon_protocol.values import DeciderKind, FileEdit, ItemKind, ItemPatch, ItemStatus

_CLOSED: Final = (ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.CANCELLED)


class Output(Protocol):
    """Where a run says what happens."""

    @property
    def wants_deltas(self) -> bool:
        """Whether text is shown while it is still being said."""
        ...

    def event(self, event: StoredEvent, raw: JsonObject) -> None: ...
    def delta(self, delta: TurnDelta) -> None: ...

    def question(self, asked: ActionRequested) -> None:
        """Show what would be done, before somebody is asked whether it may."""
        ...

    def prompt(self, words: str) -> None:
        """Ask for a line of input."""
        ...

    def answered(self) -> None:
        """The line of input is there, and ended."""
        ...

    def note(self, words: str) -> None:
        """Say something that the agent did not."""
        ...

    def close(self) -> None: ...


class Stdout:
    """Standard output, for as long as somebody reads it."""

    def __init__(self) -> None:
        self._lost = False
        self.on_lost: Callable[[], None] = lambda: None
        """Called once, when whoever read our output has left."""

    def write(self, text: str) -> None:
        if self._lost:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            self._lost = True
            # What is still in the buffer must not fail when the process ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.on_lost()


class JsonOutput:
    """Every event of the thread, as it is stored, on a line of its own."""

    wants_deltas = False

    def __init__(self, stdout: Stdout) -> None:
        self._stdout = stdout

    def event(self, event: StoredEvent, raw: JsonObject) -> None:
        del event
        self._stdout.write(dumps(raw).decode() + "\n")

    def delta(self, delta: TurnDelta) -> None:
        """Text stands in the events."""

    def question(self, asked: ActionRequested) -> None:
        """The event says what would be done."""

    def prompt(self, words: str) -> None:
        sys.stderr.write(printable(words))
        sys.stderr.flush()

    def answered(self) -> None:
        """Nothing follows from it."""

    def note(self, words: str) -> None:
        sys.stderr.write(f"peon: {one_line(words)}\n")

    def close(self) -> None:
        """Nothing is held back."""


class Heard:
    """How much of each item's text has been shown: deltas and events bring the same text twice."""

    def __init__(self) -> None:
        self._bytes: dict[ItemId, int] = {}

    def news(self, item_id: ItemId, offset: int, text: str, *, may_skip: bool) -> str:
        """What of `text`, which begins at byte `offset` of the item, has not been shown.

        After a gap a live fragment has no place yet; the event that holds it all will come.
        """
        shown = self._bytes.get(item_id, 0)
        if offset > shown and may_skip:
            return ""
        encoded = text.encode()
        new = encoded[max(0, shown - offset) :]
        self._bytes[item_id] = max(shown, offset + len(encoded))
        return new.decode(errors="replace")


class PeopleOutput:
    """For people: the agent's messages on stdout, everything else on stderr, with a spinner."""

    wants_deltas = True

    def __init__(self, stdout: Stdout, root: Path) -> None:
        self._stdout = stdout
        self._root = root
        self._console = Console(stderr=True, highlight=False)
        self._teller = Teller()
        self._heard = Heard()
        self._edits: dict[ItemId, tuple[FileEdit, ...]] = {}
        self._speaking: ItemId | None = None
        self._thinking = False
        self._prompted = False
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False, style="bright_black"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("starting")
        self._wait("starting")

    def event(self, event: StoredEvent, raw: JsonObject) -> None:
        """Show what a person wants to know of it."""
        del raw
        sentence, payload = self._teller.tell(event), event.payload
        match payload:
            case ThreadCreated():
                self._line(f"thread {payload.thread_id} with {payload.provider}", "bright_black")
                self._wait("starting")
            case ItemRecorded():
                self._item(event, payload, sentence)
            case ActionResolved(by=by) if by.kind is not DeciderKind.USER:
                self._line(sentence, style_of(event))
            case TurnCompleted() | TurnFailed() | OperationFailed():
                self._line(sentence, style_of(event))
            case _:
                return

    def delta(self, delta: TurnDelta) -> None:
        text = self._heard.news(delta.item_id, delta.offset, delta.text, may_skip=True)
        self._speak(delta.item_id, delta.kind, text)

    def question(self, asked: ActionRequested) -> None:
        self._line(f"{asked.title}?", "yellow")
        for edit in self._edits.get(asked.item_id, ()):
            shown = Padding(edit_lines(edit, self._root), (0, 0, 0, 2), expand=False)
            self._console.print(shown)

    def prompt(self, words: str) -> None:
        self._fresh_line()
        self._console.print(Text(printable(words), "bold yellow"), end="")
        self._prompted = True

    def answered(self) -> None:
        self._prompted = False

    def note(self, words: str) -> None:
        self._line(words, "yellow")
        self._wait("working")

    def close(self) -> None:
        self._fresh_line()

    def _item(self, event: StoredEvent, item: ItemRecorded, sentence: str) -> None:
        if item.append is not None:
            new = self._heard.news(
                item.item_id, item.append.offset, item.append.text, may_skip=False
            )
            self._speak(item.item_id, item.kind, new)
        if isinstance(item.patch, ItemPatch) and item.patch.edits:
            self._edits[item.item_id] = item.patch.edits
        # That an action was refused has been said; what the agent makes of it comes with words.
        tells = item.append is None and item.patch is not None
        if tells and (item.status in _CLOSED or item.kind is ItemKind.PLAN):
            self._line(sentence, style_of(event))
        if item.kind is ItemKind.TOOL_CALL and item.status is ItemStatus.RUNNING:
            self._wait(sentence)
        elif item.status in _CLOSED:
            self._wait("working")

    def _speak(self, item_id: ItemId, kind: ItemKind, text: str) -> None:
        """Text goes out as it comes; another item begins on a line of its own."""
        if not text:
            return
        if self._speaking != item_id:
            self._fresh_line()
        self._progress.stop()
        self._speaking, self._thinking = item_id, kind is ItemKind.REASONING
        self._say(printable(text))

    def _line(self, words: str, style: str) -> None:
        self._fresh_line()
        self._console.print(Text(one_line(words), style))

    def _fresh_line(self) -> None:
        """End the line that is being spoken, each on the stream it was spoken on."""
        self._progress.stop()
        if self._speaking is not None:
            self._speaking = None
            self._say("\n")
        if self._prompted:
            self._prompted = False
            self._console.print()

    def _say(self, text: str) -> None:
        if self._thinking:
            self._console.print(Text(text, "italic bright_black"), end="")
        else:
            self._stdout.write(text)

    def _wait(self, what: str) -> None:
        """Turn the spinner while nothing is being said."""
        if self._speaking is None:
            self._progress.update(self._task, description=one_line(what))
            self._progress.start()
