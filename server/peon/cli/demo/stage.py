"""What people see of the demo: steps, events, and what was expected of each."""

from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from peon.cli.painting import below_row, edit_lines, event_row
from peon.cli.telling import Teller, prompt_text
from peon.errors import PeonError
from peon_protocol.events import ActionRequested, ItemRecorded, StoredEvent, TurnStarted
from peon_protocol.ids import ItemId
from peon_protocol.values import FileEdit, ItemPatch


class ExpectationFailed(PeonError):
    """Something that the demo promises did not happen."""


class Stage:
    """Shows what happens on a console."""

    def __init__(self, console: Console, root: Path) -> None:
        self._console = console
        self._root = root
        self._teller = Teller()
        self._edits: dict[ItemId, tuple[FileEdit, ...]] = {}
        self._steps = 0
        self.held = 0
        """How many expectations held."""

    def begin(self) -> None:
        self._console.print(
            Rule(Text("Peon: an agent asks, acts, is undone, is committed", "bold"))
        )
        self.say(
            "Everything below goes through a spawned «peon serve», as it would from an editor. "
            "Each event of the server's log is shown as it arrives: its number, its type, what "
            "it says.",
        )

    def step(self, title: str, explanation: str) -> None:
        """Begin the next step."""
        self._steps += 1
        self._console.print()
        self._console.print(
            Text.assemble((f" {self._steps} ", "bold reverse"), " ", (title, "bold"))
        )
        self.say(explanation)

    def say(self, words: str) -> None:
        self._console.print(Padding(Text(words, "bright_black"), (0, 0, 0, 4), expand=False))

    def show(self, lines: str, style: str = "default") -> None:
        """Lines as they would stand in a terminal."""
        self._console.print(Padding(Text(lines, style), (0, 0, 0, 6), expand=False))

    def event(self, event: StoredEvent) -> None:
        """Show an event; of a question also what would change."""
        sentence, payload = self._teller.tell(event), event.payload
        match payload:
            case TurnStarted():
                self._console.print(event_row(event, f"turn {payload.number}, mode {payload.mode}"))
                self._console.print(below_row(Text(prompt_text(payload.prompt), "italic")))
                return
            case ItemRecorded(patch=ItemPatch(edits=edits)) if edits:
                self._edits[payload.item_id] = edits
            case _:
                pass
        self._console.print(event_row(event, sentence))
        if isinstance(payload, ActionRequested):
            for edit in self._edits.get(payload.item_id, ()):
                self._console.print(below_row(edit_lines(edit, self._root)))

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Show that `what` is so. Raises ExpectationFailed where `found` is not what was wanted."""
        if found != wanted:
            raise ExpectationFailed(f"{what}: expected {wanted!r}, found {found!r}")
        self.held += 1
        self._console.print(
            Padding(Text.assemble(("✓ ", "bold green"), what), (0, 0, 0, 4), expand=False)
        )

    def end(self) -> None:
        self._console.print()
        self._console.print(
            Rule(Text(f"All {self.held} expectations held.", "bold green"), style="green")
        )
        self.say(
            "The repository and the server's state were made for this demo and are gone. Next: "
            'peon run "write hello.txt Hello" --project DIR, or the README for how an editor '
            "speaks to peon serve."
        )
