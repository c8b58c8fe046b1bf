"""Captures, restores and rejections, killed at one step after the other; what is made of each.

Run by file path with a folder to work in, what to do, which share of the steps to try, of how many
shares, and `all` to leave none out: otherwise each kind of step is tried once. It prints a line of
JSON per step: its number and name, and what was wrong afterwards.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Final

import attrs

from peon.workspace.restore import RestoreRequest
from peon.workspace.take_back import Choice, TakeBackRequest
from peon.workspace.touched import TurnSpan
from support.bench import TURN, Bench, open_workspace
from support.killing import Countdown, in_child
from support.repositories import Print, Repo, contents, fingerprint, make_repo
from support.reviews import TEN

Work = Callable[[Bench, str], Coroutine[object, object, None]]
Files = dict[str, tuple[bool, str | None]]


@attrs.frozen
class Before:
    """What there was before the process that is killed: files, and files before the turn."""

    ref: str
    now: Files
    once: Files
    print: Print


@attrs.frozen
class Scene:
    """What is prepared, what is then done and killed, and what is wrong afterwards."""

    prepare: Callable[[Bench], Coroutine[object, object, tuple[str, Files]]]
    """A checkpoint, and the files as the turn, and the user after it, left them."""
    work: Work
    look: Callable[[Bench, Before], Coroutine[object, object, list[str]]]


# ---- restoring ----------------------------------------------------------------------------------


async def a_turn(bench: Bench) -> tuple[str, Files]:
    """It replaced, made and deleted files, moved one, and put a file where a folder was."""
    bench.repo.write("replaced", "old\n")
    bench.repo.write("deleted", "was here\n")
    bench.repo.write("moved/from", "moving\n")
    bench.repo.write("folder/inner", "inner\n")
    (bench.root / "link").symlink_to("replaced")
    ref = await bench.capture()
    await bench.open_tool()
    bench.repo.write("replaced", "new\n").chmod(0o755)
    (bench.root / "deleted").unlink()
    bench.repo.write("made/deep/file", "made\n")
    bench.repo.write("moved/to", "moving\nand edited\n")
    (bench.root / "moved" / "from").unlink()
    (bench.root / "folder" / "inner").unlink()
    (bench.root / "folder").rmdir()
    bench.repo.write("folder", "a file\n")
    (bench.root / "link").unlink()
    await bench.close_tool()
    return ref, contents(bench.root)


async def _restored(bench: Bench, ref: str) -> None:
    await bench.workspace.restore(
        bench.root, RestoreRequest(TURN.thread_id, ref), restore_id="restore"
    )


async def _as_restored(bench: Bench, before: Before) -> list[str]:
    """Finished, or not begun; either way it can be done, and undone."""
    wrong: list[str] = []
    begun = (bench.state / "checkpoints").glob("*/restore.json")
    expected = before.once if any(begun) else None
    await bench.workspace.recover()
    after = contents(bench.root)
    if after != (expected or after) or after not in (before.now, before.once):
        wrong.append(f"after the next start the files are {sorted(after)}")
    done = await bench.restore(before.ref)
    if contents(bench.root) != before.once:
        wrong.append("the restore cannot be finished")
    if len(done.restored) != 8 or done.kept:
        wrong.append(f"it tells of {done}")
    await bench.restore(done.before_ref, "undo of undo")
    if contents(bench.root) != before.now:
        wrong.append("it cannot be undone")
    return wrong + _scratch(bench)


async def _recovered(bench: Bench, _: str) -> None:
    await bench.workspace.recover()


async def _half_a_restore(bench: Bench) -> tuple[str, Files]:
    """One that was killed when a file had been swapped, and before that was verified."""
    ref, now = await a_turn(bench)
    bench.workspace.close()
    countdown = Countdown()

    def at_verify(name: str) -> None:
        countdown.step(name)
        if countdown.seen.count("verify") == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    async def die() -> None:
        bench.workspace = open_workspace(bench.state, bench.environ, steps=at_verify)
        await _restored(bench, ref)

    assert in_child(die) == -signal.SIGKILL
    bench.reopen()
    return ref, now


# ---- rejecting ----------------------------------------------------------------------------------


async def a_turn_to_reject(bench: Bench) -> tuple[str, Files]:
    """It moved and edited a file, made others, and the user went on with one of them."""
    bench.repo.write("file", TEN)
    bench.repo.write("edited", TEN)
    ref = await bench.capture()
    await bench.open_tool()
    bench.repo.write("there", TEN.replace("4\n", "four\n"))
    (bench.root / "file").unlink()
    bench.repo.write("new/deep", "agent\n")
    bench.repo.write("edited", TEN.replace("2\n", "two\n"))
    await bench.close_tool()
    bench.repo.write("edited", "mine\n" + TEN.replace("2\n", "two\n"))
    return ref, contents(bench.root)


def _rejection(ref: str) -> TakeBackRequest:
    return TakeBackRequest(TurnSpan(TURN, ref), Choice(None, None), "reject")


async def _rejected(bench: Bench, ref: str) -> None:
    await bench.workspace.take_back(bench.root, _rejection(ref))


async def _as_rejected(bench: Bench, before: Before) -> list[str]:
    wrong: list[str] = []
    await bench.workspace.recover()
    if bench.repo.read("edited").splitlines()[0] != "mine":
        wrong.append("a line of the user's is gone")
    done = await bench.workspace.take_back(bench.root, _rejection(before.ref))
    if done.left or sorted(path for path, _ in done.files) != ["edited", "new/deep", "there"]:
        wrong.append(f"it tells of {done}")
    if contents(bench.root).keys() != {"file", "edited"} or bench.repo.exists("new"):
        wrong.append(f"what stands there is {sorted(contents(bench.root))}")
    elif (bench.repo.read("file"), bench.repo.read("edited")) != (TEN, "mine\n" + TEN):
        wrong.append("the files are not as they should be")
    assert done.before_ref is not None
    await bench.restore(done.before_ref, "undo")
    if contents(bench.root) != before.now:
        wrong.append("it cannot be undone")
    return wrong + _scratch(bench)


# ---- capturing ----------------------------------------------------------------------------------


async def _two_repositories(bench: Bench) -> tuple[str, Files]:
    """A repository in the folder; both were captured, and have changed since."""
    repos = (make_repo(bench.root / "lib", bench.environ), bench.repo)
    for repo in repos:
        repo.write("file", "old\n")
    ref = await bench.capture()
    for repo in repos:
        repo.write("file", "changed\n")
        repo.write("new", "new\n")
    return ref, contents(bench.root)


async def _captured(bench: Bench, _: str) -> None:
    await bench.capture()


async def _as_captured(bench: Bench, before: Before) -> list[str]:
    held = await bench.held(await bench.capture())
    wrong = []
    if {held.get(path) for path in (b"file", b"lib/file")} != {b"changed\n"}:
        wrong.append(f"what was changed is not held: {held}")
    if {held.get(path) for path in (b"new", b"lib/new")} != {b"new\n"}:
        wrong.append(f"what is new is not held: {held}")
    if fingerprint(bench.root) != before.print:
        wrong.append("the folder was touched")
    return wrong


def _scratch(bench: Bench) -> list[str]:
    return [f"{file} is left" for file in bench.root.rglob("*.peon*")]


SCENES: Final = {
    "restore": Scene(a_turn, _restored, _as_restored),
    "recover": Scene(_half_a_restore, _recovered, _as_restored),
    "reject": Scene(a_turn_to_reject, _rejected, _as_rejected),
    "capture": Scene(_two_repositories, _captured, _as_captured),
}


# ---- step after step ----------------------------------------------------------------------------


@attrs.frozen
class Stage:
    """A folder to work in, always under the same name, and what it looks like at the beginning."""

    place: Path
    template: Path
    environ: dict[str, str]

    def bench(self) -> Bench:
        """A new start of the server there."""
        state = self.place / "state"
        repo = Repo(self.place / "repo", self.environ)
        return Bench(open_workspace(state, self.environ), repo, state, self.environ)

    def reset(self) -> None:
        """Put it back to how it was."""
        shutil.rmtree(self.place)
        shutil.copytree(self.template, self.place, symlinks=True)


async def _prepared(stage: Stage, scene: Scene) -> tuple[str, Files]:
    make_repo(stage.place / "repo", stage.environ)
    bench = stage.bench()
    prepared = await scene.prepare(bench)
    bench.workspace.close()
    return prepared


def _run(stage: Stage, scene: Scene, ref: str, countdown: Countdown, told: Path | None) -> int:
    """Do the work in a process that counts its steps; how that ended."""

    async def work() -> None:
        bench = stage.bench()
        bench.reopen(steps=countdown.step)
        countdown.listen()
        await scene.work(bench, ref)
        bench.workspace.close()
        if told is not None:
            countdown.tell(told)

    return in_child(work)


async def _look(stage: Stage, scene: Scene, before: Before) -> list[str]:
    bench = stage.bench()
    try:
        return await scene.look(bench, before)
    finally:
        bench.workspace.close()


def main(folder: Path, what: str, share: int, shares: int, *, leave_out: bool) -> None:
    scene = SCENES[what]
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder / "home")}
    stage = Stage(folder / "work", folder / "template", environ)
    ref, now = asyncio.run(_prepared(stage, scene))
    shutil.copytree(stage.place, stage.template, symlinks=True)
    assert _run(stage, scene, ref, Countdown(), folder / "steps") == 0
    once = contents(stage.place / "repo")
    steps: list[str] = json.loads((folder / "steps").read_text())
    numbers = [
        number
        for number, name in enumerate(steps, 1)
        if not leave_out or name not in steps[: number - 1]
    ]
    for number in numbers[share::shares]:
        stage.reset()
        before = Before(ref, now, once, fingerprint(stage.place / "repo"))
        ended = _run(stage, scene, ref, Countdown(number), None)
        problems = [f"it ended by itself, with {ended}"] if ended != -signal.SIGKILL else []
        problems += asyncio.run(_look(stage, scene, before))
        told = {"step": f"{number} {steps[number - 1]}", "problems": problems}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _, place, scene_, share_, shares_, which = sys.argv
    main(Path(place), scene_, int(share_), int(shares_), leave_out=which != "all")
