"""`peon log` and its commands. What a command needs is imported when it is called."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from peon.cli.options import AsJson, StateDir

Verify = Annotated[
    bool, typer.Option("--verify", help="Check every byte of it instead of showing it.")
]
OfThread = Annotated[
    str | None,
    typer.Option(
        "--thread",
        metavar="ID",
        help="Of one thread or project: its id, or how it begins.",
        show_default=False,
    ),
]
OfTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="Of one type (turn.started) or noun (turn). May be repeated.",
        show_default=False,
    ),
]
After = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=0, help="The first ones behind event N, not the last.", show_default=False
    ),
]
Limit = Annotated[int, typer.Option(metavar="N", min=0, help="At most so many; 0 shows all.")]
Follow = Annotated[
    bool, typer.Option("--follow", help="Go on showing what happens, until interrupted.")
]
Into = Annotated[
    Path, typer.Argument(metavar="FILE", help="A file that is not there yet.", dir_okay=False)
]
From = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="What peon log export made.", exists=True, dir_okay=False),
]

log = typer.Typer(name="log", invoke_without_command=True, rich_markup_mode=None)


@log.callback()
def show(
    context: typer.Context,
    verify: Verify = False,
    follow: Follow = False,
    thread: OfThread = None,
    types: OfTypes = None,
    after: After = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    state_dir: StateDir = None,
) -> None:
    """Show what happened, an event on a line, or check that the log is whole.

    It may be read while an editor is at work. The exit code is 1 where something is damaged.
    """
    context.obj = state_dir
    if context.invoked_subcommand is not None:
        return
    if verify:
        from peon.cli.logbook.checking import verify_log

        sys.exit(verify_log(state_dir))
    from peon.cli.logbook.listing import Filter, list_events, unknown_types

    if unknown := unknown_types(types or ()):
        message = f"there are no events of type {', '.join(unknown)}; see protocol/PROTOCOL.md"
        raise typer.BadParameter(message, param_hint="--type")
    wanted = Filter(after=after, limit=limit, thread=thread, types=tuple(types or ()))
    sys.exit(list_events(state_dir, wanted, as_json=as_json, follow=follow))


@log.command("export")
def export(context: typer.Context, file: Into, state_dir: StateDir = None) -> None:
    """Write the whole log into one file, values stored apart included.

    It may be done while an editor is at work. The files of checkpoints are not part of it.
    """
    from peon.cli.logbook.carrying import export_to

    sys.exit(export_to(state_dir or context.obj, file))


@log.command("import")
def import_(context: typer.Context, file: From, state_dir: StateDir = None) -> None:
    """Make an exported log that of a state folder which has none."""
    from peon.cli.logbook.carrying import import_from

    sys.exit(import_from(state_dir or context.obj, file))


@log.command("salvage")
def salvage(context: typer.Context, state_dir: StateDir = None) -> None:
    """Make a sound log of what can be read of a damaged one, and say what was lost.

    The damaged log is kept beside it. Nothing is changed where nothing is damaged.
    """
    from peon.cli.logbook.saving import salvage_log

    sys.exit(salvage_log(state_dir or context.obj))
