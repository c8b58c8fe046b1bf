"""The options that several commands take."""

import enum
from pathlib import Path
from typing import Annotated

import typer

StateDir = Annotated[
    Path | None,
    typer.Option(
        "--state-dir",
        metavar="DIR",
        help="Keep the state here instead of where the system keeps such things.",
        show_default=False,
    ),
]

AsJson = Annotated[
    bool, typer.Option("--json", help="Print each event as it is stored, one on a line.")
]


class Editor(enum.StrEnum):
    """An editor whose plugin can be loaded from a folder."""

    NEOVIM = "neovim"
