"""The commands and their options. What a command needs is imported when it is called."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from peon.cli.logbook.commands import log
from peon.cli.options import AsJson, Editor, StateDir
from peon_protocol.values import Mode

# --- peon run --------------------------------------------------------------------------------

Prompt = Annotated[str, typer.Argument(metavar="PROMPT", help="What to ask the agent for.")]
Project = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="The folder it is about.",
        exists=True,
        file_okay=False,
        resolve_path=True,
    ),
]
Provider = Annotated[
    str | None,
    typer.Option(
        metavar="ID", help="The kind of agent; peon doctor lists them.", show_default=False
    ),
]
ModeOption = Annotated[
    Mode | None,
    typer.Option(help="What the agent may do without asking.", show_default=False),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL", help="The model, where the agent has several.", show_default=False
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
commands.add_typer(log)


def run() -> None:
    """Run the command that the arguments name; does not return."""
    commands()


@commands.command()
def serve(
    state_dir: StateDir = None,
    standalone: Annotated[
        bool,
        typer.Option(
            "--standalone",
            help="Serve this client alone, in this very process; nobody else can use the state.",
        ),
    ] = False,
) -> None:
    """Serve an editor: JSON-RPC on standard input and output.

    All clients of a state folder share one server, which is started by the first and leaves after
    the last.
    """
    from peon.attach.systems import shares_owners

    if shares_owners() and not standalone:
        from peon import __version__
        from peon.attach.arguments import Serving
        from peon.attach.relay import relay

        sys.exit(relay(Serving(None if state_dir is None else str(state_dir)), __version__))
    from peon.cli.serving import serve as serve_client

    sys.exit(serve_client(state_dir))


@commands.command()
def status(
    state_dir: StateDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as one JSON object.")] = False,
) -> None:
    """Say whether a shared server runs, and what it does. Exit code 3: none runs."""
    _refuse_where_nothing_is_shared()
    from peon.cli.owners import tell_status

    sys.exit(tell_status(state_dir, as_json=as_json))


@commands.command()
def stop(state_dir: StateDir = None) -> None:
    """End the shared server in good order; turns in progress are interrupted.

    Exit code 1: it could not be ended.
    """
    _refuse_where_nothing_is_shared()
    from peon.cli.owners import stop_owner

    sys.exit(stop_owner(state_dir))


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


@commands.command("run")
def run_prompt(
    prompt: Prompt,
    project: Project = Path(),
    provider: Provider = None,
    mode: ModeOption = None,
    model: Model = None,
    as_json: AsJson = False,
    state_dir: StateDir = None,
) -> None:
    """Run one turn in a folder.

    What the agent asks is asked at the terminal; without one it is rejected. The exit code says how
    the turn ended: 0 completed, 1 failed, 2 the command line does not fit, 3 interrupted.
    """
    if not prompt.strip():
        raise typer.BadParameter("it is empty", param_hint="PROMPT")
    from peon.cli.running.command import run_turn
    from peon.cli.running.turn import Errand

    errand = Errand(prompt=prompt, project=project, provider=provider, mode=mode, model=model)
    sys.exit(run_turn(errand, state_dir=state_dir, as_json=as_json))


@commands.command()
def why(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE", help="A line of a file.")],
    as_json: AsJson = False,
    state_dir: StateDir = None,
) -> None:
    """Say which turn last wrote a line: its prompt, the tool call, and who allowed it.

    Exit code 1: the file is in no project, or has no such line.
    """
    file, colon, line = place.rpartition(":")
    if not colon or not file or not (line.isascii() and line.isdigit()) or int(line) < 1:
        raise typer.BadParameter("it is not FILE:LINE", param_hint="FILE:LINE")
    from peon.cli.explaining import explain

    sys.exit(explain(Path(file), int(line), state_dir=state_dir, as_json=as_json))


@commands.command()
def doctor(state_dir: StateDir = None) -> None:
    """Look whether Peon has what it needs here, and what stands still.

    Nothing is changed. The exit code is 1 where there is a problem.
    """
    from peon.cli.doctor.command import diagnose

    sys.exit(diagnose(state_dir))


@commands.command("editor-path")
def editor_path(
    editor: Annotated[Editor, typer.Argument(help="Which editor's.", show_default=False)],
) -> None:
    """Print the folder of the plugin that came with this Peon, for the editor to load.

    Exit code 1: it is not there.
    """
    from peon.cli.editors import folder_of
    from peon.errors import Unavailable

    try:
        typer.echo(folder_of(editor))
    except Unavailable as error:
        sys.stderr.write(f"peon: error: {error}\n")
        sys.exit(1)


def _refuse_where_nothing_is_shared() -> None:
    from peon.attach.systems import shares_owners

    if not shares_owners():
        sys.stderr.write("peon: On this system each client has a server of its own.\n")
        sys.exit(3)
