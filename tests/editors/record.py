"""Records what a real server tells an editor, for the editors' reducers to be replayed.

    PYTHONPATH=tests .venv/bin/python tests/editors/record.py [NAME ...]

Each recording is one file in `recordings/`:

    snapshot       the answers that an editor has read when it begins: `projects` (of project/list),
                   `threads` (of thread/list) and `readings` (of thread/read, each thread's)
    notifications  what it is sent from then on, in order: events, deltas, and what else there is.
                   A subscription begins after the sequence of `projects`, so some events come that
                   a reading knows already
    expected       what the same queries answer when all has been taken in: `projects`, and
                   `threads`, each as thread/read has it

A reducer that takes the snapshot in, and then every notification, must hold `expected`. Members
that are null or left out are the same, and a reducer may hold more.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from editors.heard import Editor
from editors.stories import STORIES
from support import fake_codex
from support.environment import move_to
from support.forges import Forge
from support.windows import Message, own_state, window

RECORDINGS = Path(__file__).parent / "recordings"
HOME_ON_RECORD = "/home/user/"
"""What the folder around the project is called in a recording."""


async def play(name: str, state: Path, root: Path) -> Message:
    """The recording of one story, as the server told it."""
    codex = {
        "command": sys.executable,
        "args": ["-I", fake_codex.__file__],
        "protocol": "codex",
        "env": {"CODEX_HOME": str(root.parent)},
    }
    forge = Forge(root.parent / "forge")
    forge.install("gh")
    forge.log_in("github.com")
    path = os.pathsep.join((forge.path, os.environ["PATH"]))
    async with window(state, initialize=False, environment={"PATH": path}) as seen:
        options = {"providers": {"codex": codex}}
        await seen.client.initialize(processId=os.getpid(), initializationOptions=options)
        editor = Editor(seen, root)
        story = STORIES[name]
        await story(editor)
        found = await editor.recording((story.__doc__ or "").strip())
        await seen.close()
    return found


def record(name: str) -> Message:
    """Play one story before a server of its own, and hide where that was."""
    with tempfile.TemporaryDirectory(prefix="peon-") as folder:
        home = Path(folder).resolve()
        move_to(home)
        root = home / "greeter"
        root.mkdir()
        with own_state(home) as state:
            found = asyncio.run(play(name, state, root))
        told = json.loads(json.dumps(found).replace(f"{home}/", HOME_ON_RECORD))
    if name == "missing-deltas":
        told["notifications"] = _without_every_third_delta(told["notifications"])
    return dict(told)


def _without_every_third_delta(notifications: list[Message]) -> list[Message]:
    kept, count = [], 0
    for each in notifications:
        if each["method"] == "turn/delta":
            count += 1
            if count % 3 == 0:
                continue
        kept.append(each)
    return kept


def main(names: list[str]) -> None:
    """Write the recordings that are named, or all."""
    RECORDINGS.mkdir(exist_ok=True)
    for name in names or STORIES:
        found = record(name)
        lines = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=False)
        (RECORDINGS / f"{name}.json").write_text(lines + "\n", encoding="utf-8")
        sys.stdout.write(f"{name}: {len(found['notifications'])} notifications\n")


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[2])
    main(sys.argv[1:])
