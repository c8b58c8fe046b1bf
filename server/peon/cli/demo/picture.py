"""The picture of a turn: its events as a terminal shows them, as a file that any browser shows.

The same events make the same bytes: nothing random and no time of day stands in it, and no font is
fetched from anywhere.
"""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from peon.cli.demo.stage import Stage
from peon_protocol.events import StoredEvent, TurnCompleted, TurnStarted

_WIDTH: Final = 96
_HEIGHT: Final = 50
_TITLE: Final = "a turn, as peon demo shows it"

_THEME: Final = TerminalTheme(
    (22, 27, 34),
    (214, 219, 226),
    [
        (48, 54, 61),
        (255, 123, 114),
        (126, 206, 139),
        (227, 179, 65),
        (121, 184, 255),
        (210, 168, 255),
        (118, 214, 222),
        (201, 209, 217),
    ],
    [
        (139, 148, 158),
        (255, 161, 152),
        (163, 228, 173),
        (240, 204, 116),
        (165, 210, 255),
        (226, 197, 255),
        (157, 229, 235),
        (240, 246, 252),
    ],
)

_FORMAT: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" \
role="img" aria-label="A turn of an agent: it asks twice, is allowed once and refused once">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{
  font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
  font-size: 18px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" \
clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def draw_turn(events: Iterable[StoredEvent], root: Path) -> str:
    """The first turn among `events`, in a project at `root`, as SVG."""
    console = Console(
        record=True,
        # With both given, and colours asked for, nothing of the real terminal matters.
        width=_WIDTH,
        height=_HEIGHT,
        no_color=False,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    stage = Stage(console, root)
    for event in _first_turn(events):
        stage.event(event)
    return console.export_svg(
        title=_TITLE, theme=_THEME, code_format=_FORMAT, unique_id="peon-turn"
    )


def _first_turn(events: Iterable[StoredEvent]) -> Iterator[StoredEvent]:
    begun = False
    for event in events:
        begun = begun or isinstance(event.payload, TurnStarted)
        if begun:
            yield event
        if isinstance(event.payload, TurnCompleted):
            return
