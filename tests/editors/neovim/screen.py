"""What a user of Neovim sees: the grid that an attached interface is told of."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import attrs


class Cell(NamedTuple):
    """A character and the number of its highlight; the right half of a wide one is empty."""

    text: str = " "
    highlight: int = 0


@attrs.define
class Screen:
    """A grid of cells, kept up to date by `redraw` notifications."""

    width: int
    height: int
    rows: list[list[Cell]] = attrs.Factory(list)
    highlights: dict[int, dict[str, Any]] = attrs.Factory(dict)
    foreground: int = 0xFFFFFF
    background: int = 0x000000
    cursor: tuple[int, int] = (0, 0)
    mode: str = "normal"

    def __attrs_post_init__(self) -> None:
        self._clear()

    def text(self) -> str:
        """The screen, line by line."""
        return "\n".join("".join(cell.text for cell in row).rstrip() for row in self.rows)

    def feed(self, batch: list[list[Any]]) -> None:
        """Take in the events of one `redraw` notification."""
        for name, *calls in batch:
            handle = getattr(self, f"_{name}", None)
            if handle is not None:
                for arguments in calls:
                    handle(*arguments)

    def _clear(self) -> None:
        self.rows = [[Cell()] * self.width for _ in range(self.height)]

    def _grid_resize(self, _: int, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._clear()

    def _grid_clear(self, _: int) -> None:
        self._clear()

    def _grid_line(self, _: int, row: int, column: int, cells: list[Any], *__: object) -> None:
        for cell in _spread(cells):
            if column < self.width:
                self.rows[row][column] = cell
            column += 1

    def _grid_scroll(
        self, _: int, top: int, bottom: int, left: int, right: int, count: int, __: int
    ) -> None:
        moved = range(top, bottom - count) if count > 0 else range(bottom - 1, top - count - 1, -1)
        for row in moved:
            self.rows[row][left:right] = self.rows[row + count][left:right]

    def _grid_cursor_goto(self, _: int, row: int, column: int) -> None:
        self.cursor = (row, column)

    def _hl_attr_define(self, number: int, colours: dict[str, Any], *_: object) -> None:
        self.highlights[number] = colours

    def _default_colors_set(self, foreground: int, background: int, *_: object) -> None:
        self.foreground, self.background = foreground, background

    def _mode_change(self, mode: str, _: int) -> None:
        self.mode = mode


def _spread(cells: list[Any]) -> Iterator[Cell]:
    """Cells as they are sent: the highlight is that of the one before, where it is left out."""
    highlight = 0
    for text, *rest in cells:
        if rest:
            highlight = rest[0]
        yield from [Cell(text, highlight)] * (rest[1] if len(rest) > 1 else 1)
