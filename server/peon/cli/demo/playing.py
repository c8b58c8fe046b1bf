"""Playing the demo: a folder and a server for it, the story, and the picture if one is wanted."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from peon.cli.client import RequestFailed
from peon.cli.demo.picture import draw_turn
from peon.cli.demo.stage import Stage
from peon.cli.demo.story import Story
from peon.cli.demo.teahouse import Teahouse, demo_environment
from peon.cli.following import Following
from peon.cli.spawning import spawned_server
from peon.errors import PeonError, Unavailable

_SECONDS: Final = 120.0


def play(image: Path | None) -> int:
    """The exit code: 0 if everything that the demo says is true was seen to be so."""
    console = Console(highlight=False)
    try:
        if image is not None:
            # Before the play, not after it: who would want to see it twice?
            _save("", image)
        with tempfile.TemporaryDirectory(prefix="peon-demo-", ignore_cleanup_errors=True) as made:
            folder = Path(made).resolve()
            picture = asyncio.run(_play(console, folder))
        if image is not None:
            _save(picture, image)
            console.print(f"The picture of the turn is in {image}.", markup=False)
    except TimeoutError:
        return _failed(console, f"it was not over after {_SECONDS:.0f} s")
    except RequestFailed as error:
        return _failed(console, f"{error.method} was refused: {error}")
    except PeonError as error:
        return _failed(console, str(error))
    return 0


async def _play(console: Console, folder: Path) -> str:
    """The picture of the turn that was played."""
    environment = demo_environment(os.environ)
    house = Teahouse.build(folder / "teahouse", environment)
    stage = Stage(console, house.root)
    story = Story(stage, house)
    stage.begin()
    async with (
        asyncio.timeout(_SECONDS),
        spawned_server(
            folder / "state",
            name="peon demo",
            on_notification=Following(event=story.event).notification,
            environment=environment,
            # The state goes with the folder when it is over; no server must stay behind.
            alone=True,
        ) as client,
    ):
        await story.play(client)
    stage.end()
    return draw_turn(story.events, house.root)


def _save(picture: str, image: Path) -> None:
    try:
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_text(picture, "utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Unavailable(f"the picture {image}", why, "Name another file.") from error


def _failed(console: Console, why: str) -> int:
    console.print(f"\n✗ The demo failed: {why}", style="bold red", markup=False)
    return 1
