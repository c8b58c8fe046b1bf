"""Captures, restores, recoveries and rejections, each killed at one kind of step after the other.

One folder lives through all of it: a process that finds what the one before left behind, finishes
it, looks whether everything is as it should be, and goes on, is killed in turn at a step of a kind
that none was killed at yet. So it goes to and fro between two states of the files until nothing
new is left to be killed at.
"""

import json
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from peon.workspace.take_back import Choice, TakeBackRequest
from peon.workspace.touched import TurnSpan
from support.bench import TURN, Bench, open_workspace
from support.killing import Fate, Life, live
from support.repositories import Repo, contents, fingerprint, make_repo
from support.reviews import TEN

Files = dict[str, tuple[bool, str | None]]


@attrs.frozen
class Stage:
    """A folder to work in, and the state of a server beside it."""

    place: Path
    environ: dict[str, str]

    def bench(self) -> Bench:
        """A new start of the server there."""
        state = self.place / "state"
        repo = Repo(self.place / "repo", self.environ)
        return Bench(open_workspace(state, self.environ), repo, state, self.environ)


Lived = Callable[[Bench, Fate], Coroutine[object, object, None]]
"""What a process does, from the start of the server on, and what it finds."""


def deaths(stage: Stage, prepare: Lived, lived: Lived, *, every: bool) -> dict[str, list[str]]:
    """By the kind of step that a process was killed at, what was found wrong afterwards."""
    make_repo(stage.place / "repo", stage.environ)
    first = _life(stage, prepare, {}, every=every)
    assert first == Life(None, ())
    found: dict[str, list[str]] = {}
    quiet, last = 0, "the beginning"
    while quiet < 2:  # To and fro once more, when there is nothing left to be killed at.
        life = _life(stage, lived, found, every=every)
        found.setdefault(last, []).extend(life.problems)
        quiet = 0 if life.killed_at is not None else quiet + 1
        last = life.killed_at or "nothing"
        found.setdefault(last, [])
    return found


def _life(stage: Stage, lived: Lived, tried: Mapping[str, object], *, every: bool) -> Life:
    async def work(fate: Fate) -> None:
        bench = stage.bench()
        bench.reopen(steps=fate.step)
        await lived(bench, fate)
        bench.workspace.close()

    return live(work, tried, every=every)


# ---- to and fro ----------------------------------------------------------------------------------


@attrs.frozen
class Between:
    """Two states of a folder, and how to go from one to the other."""

    start: str
    """The checkpoint before the turn."""
    end: str
    """The checkpoint after it."""
    before: Files
    """What the folder is taken back to."""
    after: Files
    """What it goes to when that is undone."""

    @classmethod
    def read(cls, bench: Bench) -> "Between":
        """As it was kept."""
        start, end, before, after = json.loads(_kept(bench).read_text())
        return cls(start, end, _files(before), _files(after))

    def keep(self, bench: Bench) -> None:
        """For the processes to come."""
        _kept(bench).write_text(json.dumps(attrs.astuple(self)))


def _kept(bench: Bench) -> Path:
    return bench.root.parent / "between.json"


def _files(data: Mapping[str, tuple[bool, str | None]]) -> Files:
    return {name: (program, content) for name, (program, content) in data.items()}


def to_and_fro(back: Lived, name: str) -> Lived:
    """Finish what was begun, then go to the other state: `back`, or by undoing that.

    All of it is deadly: how it begins, what it finishes, and what it does.
    """

    async def lived(bench: Bench, fate: Fate) -> None:
        between = Between.read(bench)
        aims = {between.start: [between.before], between.end: [between.after]}
        expected = aims.get(_begun(bench), [between.before, between.after])
        fate.during("open")
        await bench.history()
        fate.during("recover")
        await bench.workspace.recover()
        fate.during(None)
        found = contents(bench.root)
        _look(bench, fate, expected)
        fate.during(name)
        if found == between.after:
            await back(bench, fate)
        else:
            await bench.restore(between.end, f"undone {os.getpid()}")
        fate.during(None)
        _look(bench, fate, [between.before if found == between.after else between.after])

    return lived


def _begun(bench: Bench) -> str:
    """Where the restore that was cut off was to go back to."""
    for intent in (bench.state / "checkpoints").glob("*/restore.json"):
        checkpoint: str = json.loads(intent.read_text())["checkpoint"]
        return checkpoint
    return "nowhere"


def _look(bench: Bench, fate: Fate, expected: Sequence[Files]) -> None:
    if contents(bench.root) not in expected:
        fate.complain(f"the files are {sorted(contents(bench.root))}")
    for file in bench.root.rglob("*.peon*"):
        fate.complain(f"{file} is left")


# ---- restoring -----------------------------------------------------------------------------------


def _before_a_turn(bench: Bench) -> None:
    for name in ("replaced", "too/replaced", "too/program"):
        bench.repo.write(name, "old\n")
    bench.repo.write("deleted", "was here\n")
    bench.repo.write("moved/from", "moving\n")
    bench.repo.write("folder/inner", "inner\n")
    (bench.root / "link").symlink_to("replaced")


async def a_turn(bench: Bench) -> str:
    """It replaced, made and deleted files, moved one, and put a file where a folder was.

    The checkpoint before it.
    """
    _before_a_turn(bench)
    ref = await bench.capture()
    await bench.open_tool()
    bench.repo.write("replaced", "new\n").chmod(0o755)
    bench.repo.write("too/replaced", "new, and longer\n")
    bench.repo.write("too/program", "new\n").chmod(0o755)
    (bench.root / "deleted").unlink()
    bench.repo.write("made/deep/file", "made\n")
    bench.repo.write("moved/to", "moving\nand edited\n")
    (bench.root / "moved" / "from").unlink()
    (bench.root / "folder" / "inner").unlink()
    (bench.root / "folder").rmdir()
    bench.repo.write("folder", "a file\n")
    (bench.root / "link").unlink()
    await bench.close_tool()
    return ref


async def _restore_prepared(bench: Bench, fate: Fate) -> None:
    start = await a_turn(bench)
    after = contents(bench.root)
    end = await bench.capture()
    done = await bench.restore(start)
    if len(done.restored) != 10 or done.kept:
        fate.complain(f"it tells of {done}")
    Between(start, end, contents(bench.root), after).keep(bench)


async def _restored(bench: Bench, fate: Fate) -> None:
    done = await bench.restore(Between.read(bench).start, f"restored {os.getpid()}")
    if len(done.restored) != 10 or done.kept:
        fate.complain(f"it tells of {done}")


# ---- rejecting -----------------------------------------------------------------------------------


async def _rejection_prepared(bench: Bench, fate: Fate) -> None:
    """A turn moved and edited a file, made others, and the user went on with one of them."""
    bench.repo.write("file", TEN)
    bench.repo.write("edited", TEN)
    start = await bench.capture()
    await bench.open_tool()
    bench.repo.write("there", TEN.replace("4\n", "four\n"))
    (bench.root / "file").unlink()
    bench.repo.write("new/deep", "agent\n")
    bench.repo.write("edited", TEN.replace("2\n", "two\n"))
    await bench.close_tool()
    bench.repo.write("edited", "mine\n" + TEN.replace("2\n", "two\n"))
    after = contents(bench.root)
    end = await bench.capture()
    Between(start, end, {}, after).keep(bench)
    await _rejected(bench, fate)
    if contents(bench.root).keys() != {"file", "edited"} or bench.repo.exists("new"):
        fate.complain(f"what stands there is {sorted(contents(bench.root))}")
    elif (bench.repo.read("file"), bench.repo.read("edited")) != (TEN, "mine\n" + TEN):
        fate.complain("the files are not as they should be")
    Between(start, end, contents(bench.root), after).keep(bench)


async def _rejected(bench: Bench, fate: Fate) -> None:
    span = TurnSpan(TURN, Between.read(bench).start)
    request = TakeBackRequest(span, Choice(None, None), f"rejected {os.getpid()}")
    done = await bench.workspace.take_back(bench.root, request)
    if done.left or sorted(path for path, _ in done.files) != ["edited", "new/deep", "there"]:
        fate.complain(f"it tells of {done}")


# ---- capturing -----------------------------------------------------------------------------------


async def _two_repositories(bench: Bench, _: Fate) -> None:
    """A repository in the folder, which was captured with it."""
    make_repo(bench.root / "lib", bench.environ)
    _write_in_both(bench, "0")
    await bench.capture()


async def _captured(bench: Bench, fate: Fate) -> None:
    """A capture holds what the one before it should have held; then things change, and again."""
    held = await bench.held(await bench.capture())
    there = {name: (bench.root / name).read_bytes() for name in contents_of_both(bench)}
    if {os.fsdecode(path): content for path, content in held.items()} != there:
        fate.complain(f"what is held is {held}")
    _write_in_both(bench, f"{os.getpid()}")
    before = fingerprint(bench.root)
    bench.workspace.close()
    fate.during("capture")
    bench.reopen()
    await bench.capture()
    fate.during(None)
    if fingerprint(bench.root) != before:
        fate.complain("the folder was touched")


def contents_of_both(bench: Bench) -> list[str]:
    """The files in the folder and in the repository in it."""
    return [name for name in contents(bench.root) if ".git" not in Path(name).parts]


def _write_in_both(bench: Bench, what: str) -> None:
    for folder in ("", "lib/"):
        bench.repo.write(f"{folder}file", f"{what}\n")
        bench.repo.write(f"{folder}new {what}", "new\n")


SCENES: Final[Mapping[str, tuple[Lived, Lived]]] = {
    "restore": (_restore_prepared, to_and_fro(_restored, "restore")),
    "reject": (_rejection_prepared, to_and_fro(_rejected, "reject")),
    "capture": (_two_repositories, _captured),
}
"""What is prepared, and what every process then does."""
