"""How events look on a terminal: their colours, and the changes that a tool call would make."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from peon.cli.telling import printable
from peon_protocol.events import ActionResolved, ItemRecorded, StoredEvent
from peon_protocol.values import Decision, FileEdit, ItemKind, ItemStatus

_STYLES: Final = {
    "project": "cyan",
    "thread": "cyan",
    "turn": "bold",
    "action": "yellow",
    "checkpoint": "magenta",
    "changes": "bold green",
    "session": "bright_black",
    "operation": "bright_black",
    "item": "default",
}
_TYPE_WIDTH: Final = 23
_DIFF_LINES: Final = 12


def event_row(event: StoredEvent, sentence: str) -> Table:
    """An event in one line, or hanging below itself where it is longer."""
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(width=5, justify="right")
    row.add_column(width=_TYPE_WIDTH)
    row.add_column(overflow="fold")
    style = style_of(event)
    row.add_row(
        Text(str(event.sequence), "bright_black"), Text(event.type, style), Text(sentence, style)
    )
    return row


def style_of(event: StoredEvent) -> str:
    """The colour of an event: that of its noun, unless how it turned out says more."""
    match event.payload:
        case ActionResolved(decision=Decision.APPROVED):
            return "green"
        case ActionResolved():
            return "red"
        case ItemRecorded(kind=ItemKind.REASONING):
            return "italic bright_black"
        case ItemRecorded(append=None, status=status):
            return _ITEM_STYLES.get(status, "bright_black")
        case _ if event.type.endswith("failed"):
            return "red"
        case _:
            return _STYLES[event.type.partition(".")[0]]


_ITEM_STYLES: Final = {ItemStatus.COMPLETED: "green", ItemStatus.FAILED: "red"}


def edit_lines(edit: FileEdit, root: Path) -> Text:
    """What an edit would change, as the lines of a diff under the name of the file."""
    lines = list(_diff(edit))
    shown = Text("\n").join(lines[:_DIFF_LINES] or [Text("as it is", "bright_black")])
    if len(lines) > _DIFF_LINES:
        shown.append(f"\n… {len(lines) - _DIFF_LINES} more lines", "bright_black")
    path = Path(edit.path)
    name = path.relative_to(root) if path.is_relative_to(root) else path
    return Text.assemble((f"{name}\n", "bold"), shown)


def below_row(text: Text) -> RenderableType:
    """More about an event, below its sentence."""
    return Padding(text, (0, 0, 0, 6 + _TYPE_WIDTH + 1), expand=False)


def _diff(edit: FileEdit) -> Iterator[Text]:
    old, new = (printable(text or "").splitlines() for text in (edit.old_text, edit.new_text))
    for line in difflib.unified_diff(old, new, n=1, lineterm=""):
        match line[:2]:
            case "--" | "++" | "@@":
                continue
            case kind if kind.startswith("+"):
                yield Text(f"+ {line[1:]}", "green")
            case kind if kind.startswith("-"):
                yield Text(f"- {line[1:]}", "red")
            case _:
                yield Text(f"  {line[1:]}", "bright_black")
