"""A screen as a picture: the grid with its colours as SVG, so that it is sharp at every size."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple

from editors.neovim.screen import Cell, Screen

_WIDTH, _HEIGHT = 8.4, 18.0
"""A cell, in pixels."""
_MARGIN, _BAR = 14.0, 30.0
_FONT = "'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace"
_HARD_SPACE = "\N{NO-BREAK SPACE}"
"""Several of them stay several, whoever draws the picture."""
_BUTTONS = ("#ff5f57", "#febc2e", "#28c840")


class Look(NamedTuple):
    """How a run of cells is drawn."""

    foreground: str
    background: str
    bold: bool
    italic: bool
    underline: bool
    struck: bool


def paint(screen: Screen, title: str) -> str:
    """The whole picture."""
    width = screen.width * _WIDTH + 2 * _MARGIN
    height = screen.height * _HEIGHT + _BAR + 2 * _MARGIN
    page = _colour(screen.background)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="{_FONT}" font-size="14" '
        f'role="img" aria-label="{escape(title, quote=True)}">'
    )
    bar = (
        f'<path d="M0 {_BAR:g}V10a10 10 0 0 1 10-10H{width - 10:g}a10 10 0 0 1 10 10V{_BAR:g}z" '
        f'fill="#2a2d35"/>'
    )
    name = (
        f'<text x="{width / 2:g}" y="{_BAR / 2 + 5:g}" fill="#9aa0ac" font-size="13" '
        f'text-anchor="middle">{escape(title)}</text>'
    )
    buttons = (
        f'<circle cx="{20 + 20 * place}" cy="{_BAR / 2:g}" r="6" fill="{colour}"/>'
        for place, colour in enumerate(_BUTTONS)
    )
    lines = [
        head,
        f'<rect width="100%" height="100%" rx="10" fill="{page}"/>',
        bar,
        *buttons,
        name,
        f'<g transform="translate({_MARGIN:g} {_BAR + _MARGIN:g})">',
        *_rows(screen),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _rows(screen: Screen) -> Iterator[str]:
    page = _colour(screen.background)
    for number, row in enumerate(screen.rows):
        column = 0
        for look, group in groupby(_placed(screen, number, row), key=lambda each: each[0]):
            cells = [cell for _, cell in group]
            yield from _run(look, cells, column, number, page)
            column += len(cells)


def _placed(screen: Screen, number: int, row: list[Cell]) -> Iterator[tuple[Look, Cell]]:
    for column, cell in enumerate(row):
        look = _look(screen, cell)
        if (number, column) == screen.cursor:
            look = look._replace(foreground=look.background, background=look.foreground)
        yield look, cell


def _run(look: Look, cells: list[Cell], column: int, row: int, page: str) -> Iterator[str]:
    text = "".join(cell.text for cell in cells)
    x, y, width = column * _WIDTH, row * _HEIGHT, len(cells) * _WIDTH
    if look.background != page:
        yield (
            f'<rect x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{_HEIGHT:g}" '
            f'fill="{look.background}"/>'
        )
    stripped = text.strip(" ")
    if not stripped:
        return
    lead = len(text) - len(text.lstrip(" "))
    count = len(cells) - lead - (len(text) - len(text.rstrip(" ")))
    style = "".join(
        (
            ' font-weight="bold"' if look.bold else "",
            ' font-style="italic"' if look.italic else "",
            ' text-decoration="underline"' if look.underline else "",
            ' text-decoration="line-through"' if look.struck else "",
        )
    )
    yield (
        f'<text x="{x + lead * _WIDTH:.1f}" y="{y + 13.5:g}" fill="{look.foreground}" '
        f'textLength="{count * _WIDTH:.1f}" lengthAdjust="spacingAndGlyphs"{style}>'
        f"{escape(stripped).replace(' ', _HARD_SPACE)}</text>"
    )


def _look(screen: Screen, cell: Cell) -> Look:
    found = screen.highlights.get(cell.highlight, {})
    foreground = _colour(found.get("foreground", screen.foreground))
    background = _colour(found.get("background", screen.background))
    if found.get("reverse"):
        foreground, background = background, foreground
    return Look(
        foreground,
        background,
        bool(found.get("bold")),
        bool(found.get("italic")),
        bool(found.get("underline") or found.get("undercurl")),
        bool(found.get("strikethrough")),
    )


def _colour(number: int) -> str:
    return f"#{number:06x}"
