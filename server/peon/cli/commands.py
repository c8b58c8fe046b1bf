"""The commands and their options. What a command needs is imported when it is called."""

import sys
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

commands = typer.Typer(
    name="peon",
    help="Runs coding agents for an editor: asks before they act, undoes what they did, "
    "loses nothing.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def run() -> None:
    """Run the command that the arguments name; does not return."""
    commands()


@commands.command()
def serve(
    state_dir: StateDir = None,
    standalone: Annotated[
        bool,
        typer.Option("--standalone", help="Serve in this very process. The only form there is."),
    ] = False,
) -> None:
    """Serve an editor: JSON-RPC on standard input and output."""
    from peon.cli.serving import serve as serve_client

    del standalone
    sys.exit(serve_client(state_dir))


@commands.command()
def demo(
    image: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw the picture of the turn into FILE, as SVG.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Watch an agent ask, act, be undone and be committed, in a repository made for it."""
    from peon.cli.demo.playing import play

    sys.exit(play(image))
