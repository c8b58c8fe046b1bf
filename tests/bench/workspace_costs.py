"""What checkpoints cost beside the user's own git: capturing, restoring, and the room they take.

Times are CPU: ours and that of every git that was started, for a machine is shared, and what one
waits for the disk says more about the others on it. A restore is also measured as whoever asked for
it waits for it, beside a peer that waits for the same disk.
"""

import asyncio
import os
import random
import resource
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import mean, median

import attrs

from bench.measure import Figure, Scale, in_turn
from peon.runtime import collector
from peon.runtime.clock import SystemClock
from peon.workspace.disk import flush
from peon.workspace.entries import Owner
from peon.workspace.restore import RestoreRequest
from peon.workspace.upkeep import Retention
from peon.workspace.workspace import Workspace
from support.repositories import Repo, make_repo

FILES_PER_COMMIT = 50
CHANGED = 20
HUGE = 1 << 30
TURN = Owner("thread", "turn")
MIB = 1 << 20
_PATIENCE = 900.0
_OF_CAPTURES = (
    "git diff-files and git ls-files look at all files, and both together cost about what git "
    "status does, which looks once; to have ls-files find what changed too costs no less. What "
    "comes on top, 5 to 10 %, is to start them, and for changed files to store their contents and "
    "the trees on the way to them, each as an object of its own."
)
_OF_RESTORING = (
    "As multiples of the CPU of writing each file beside and renaming it, a restore of 5,000 of "
    "50,000 files spends 0.2 on keeping the present (two git processes look at all 50,000), 0.25 "
    "on inflating what comes, 0.15 on reading what stands and comparing the lines of both, so "
    "that none loses its last copy, 0.2 on the plan and writing it down, 0.55 on writing, "
    "swapping and reading what came out, and 0.3 on recording it; more where the disk is idle, "
    "for then the peer gets cheaper. They are guarantees of docs/undo.md. About half of it is the "
    "interpreter's own. Writing over in place is a third cheaper than renaming, and loses what "
    "stood there in a crash."
)
"""Measured by hand, in CPU, the middle of five on a busy machine: 1.4 s for writing beside, 2.4 s
for restoring.
"""


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Milliseconds of CPU and mebibytes, beside git doing the same for itself."""
    collector.settle()  # As the server does, before it serves.
    tree = _Tree.made(folder, scale.commits * FILES_PER_COMMIT)
    yield _first_capture(tree, scale)
    yield from _captures(tree, scale)
    yield _huge_file(tree)
    yield from _restore(tree, scale)
    yield _room(_Tree.made(folder / "room", max(CHANGED, 2 * scale.commits)), scale)


@attrs.frozen
class _Tree:
    """A repository of so many files, and where its checkpoints go."""

    repo: Repo
    names: tuple[str, ...]
    state: Path

    @classmethod
    def made(cls, folder: Path, count: int) -> "_Tree":
        """A committed tree; each file is about six kilobytes of words."""
        environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        repo = attrs.evolve(make_repo(folder / "tree", environ), patience=_PATIENCE)
        chance = random.Random(1)
        words = [f"{chance.getrandbits(32):x}" for _ in range(3_000)]
        names = tuple(f"d{number % 97}/e{number % 11}/f{number}" for number in range(count))
        for name in names:
            lines = (" ".join(chance.choices(words, k=8)) for _ in range(75))
            repo.write(name, "\n".join(lines))
        repo.commit()
        return cls(repo, names, folder / "state")

    def workspace(self) -> Workspace:
        """A workspace as a new start of the server has it."""
        return Workspace(state=self.state, clock=SystemClock(), environ=self.repo.environ)

    def some(self, count: int, seed: int) -> list[str]:
        """The names of some files."""
        return random.Random(seed).sample(self.names, count)

    def change(self, count: int, seed: int) -> None:
        """Append a line to some files."""
        for name in self.some(count, seed):
            with (self.repo.root / name).open("a") as file:
                file.write(f"\nline {seed}")


class _Watch:
    """Started when it is made."""

    def __init__(self) -> None:
        self._cpu, self._wall = _cpu(), time.perf_counter()

    def read(self) -> tuple[float, float]:
        """The seconds of CPU since, and those that have gone by."""
        return _cpu() - self._cpu, time.perf_counter() - self._wall


def _cpu() -> float:
    """Seconds of CPU that this process and all that it has waited for have used."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _seconds(work: Callable[[], object]) -> float:
    watch = _Watch()
    work()
    return watch.read()[0]


async def _awaited(work: Awaitable[object]) -> float:
    watch = _Watch()
    await work
    return watch.read()[0]


def _first_capture(tree: _Tree, scale: Scale) -> Figure:
    def ours() -> float:
        shutil.rmtree(tree.state, ignore_errors=True)
        workspace = tree.workspace()
        seconds = asyncio.run(_awaited(workspace.capture(tree.repo.root, seconds=600)))
        workspace.close()
        return seconds

    def git() -> float:
        bare = tree.repo.root.parent / "empty.git"
        shutil.rmtree(bare, ignore_errors=True)
        tree.repo.git("init", "-q", "--bare", str(bare))
        into = {"GIT_DIR": str(bare), "GIT_WORK_TREE": str(tree.repo.root)}
        user = attrs.evolve(tree.repo, environ={**tree.repo.environ, **into})
        return _seconds(lambda: (user.git("add", "-A"), user.git("write-tree")))

    rounds = in_turn({"ours": ours, "git": git}, rounds=min(3, scale.contest))
    cost, other = rounds.middle("ours", "git")
    return Figure(
        subject=f"first capture of {len(tree.names):,} files",
        unit="ms",
        ours=cost * 1e3,
        peer_name="git add -A && git write-tree",
        peer=other * 1e3,
    ).at_most(1.5)


def _captures(tree: _Tree, scale: Scale) -> Iterator[Figure]:
    """With a warm cache, in turn with the user's own `git status` of the same tree.

    The mean of all: now and then the index has to take over what was stored without it.
    """
    seen = asyncio.run(_capture_rounds(tree, scale.rounds * 5))
    few = len(tree.names) <= 10_000
    for subject, costs in seen.items():
        yield (
            Figure(
                subject=f"capture of {len(tree.names):,} files, {subject}, mean",
                unit="ms",
                ours=mean(ours for ours, _ in costs) * 1e3,
                peer_name="git status in the user's repository",
                peer=mean(status for _, status in costs) * 1e3,
            )
            .at_most(3.0 if few else 1.2)
            .limited_by(_OF_CAPTURES)
        )


async def _capture_rounds(tree: _Tree, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """What a capture and a status cost, for trees that changed and that did not."""
    workspace = tree.workspace()
    await workspace.capture(tree.repo.root, seconds=600)
    user = Repo(tree.repo.root, {**tree.repo.environ, "GIT_OPTIONAL_LOCKS": "0"})

    async def both() -> tuple[float, float]:
        status = _seconds(lambda: user.git("status", "--porcelain"))
        return await _awaited(workspace.capture(tree.repo.root, seconds=60)), status

    unchanged: list[tuple[float, float]] = []
    changed: list[tuple[float, float]] = []
    for seed in range(rounds):
        tree.repo.git("add", "-u")
        unchanged.append(await both())
        tree.change(CHANGED, seed)
        changed.append(await both())
    workspace.close()
    return {"unchanged": unchanged, f"{CHANGED} files changed": changed}


def _huge_file(tree: _Tree) -> Figure:
    """How much later a capture ends when there is a file over the cap."""

    async def measure() -> tuple[float, float]:
        workspace = tree.workspace()
        await workspace.capture(tree.repo.root, seconds=600)
        without = [await _awaited(workspace.capture(tree.repo.root)) for _ in range(5)]
        with (tree.repo.root / "huge").open("wb") as file:
            file.truncate(HUGE)
        beside = [await _awaited(workspace.capture(tree.repo.root)) for _ in range(5)]
        (tree.repo.root / "huge").unlink()
        workspace.close()
        return min(without), min(beside)

    without, beside = asyncio.run(measure())
    return Figure(
        subject="a file of 1 GiB beside the others: delay of a capture",
        unit="ms",
        ours=max(0.0, beside - without) * 1e3,
    ).not_above(50)


def _restore(tree: _Tree, scale: Scale) -> Iterator[Figure]:
    """Undoing a turn that changed many files, in turn with writing the same files, with the same
    contents and in the same order. Each ends when everything is on the disk, by one flush of the
    file system.
    """
    count = min(len(tree.names) // 10, 5_000)
    seen: dict[str, list[tuple[float, float]]] = {"restoring": [], "beside": [], "over": []}
    for seed in range(2 * scale.rounds + 1):
        seen["restoring"].append(asyncio.run(_restore_once(tree, count, seed)))
        files = [tree.repo.root / name for name in sorted(tree.some(count, seed + 1_000))]
        contents = [(file, file.read_bytes()) for file in files]
        for name, write in (("beside", _write_beside), ("over", _write_over)):
            flush(tree.repo.root)
            watch = _Watch()
            _write_all(write, contents)
            seen[name].append(watch.read())
            flush(tree.repo.root)
    cpu = {name: median(one for one, _ in values) * 1e3 for name, values in seen.items()}
    wall = {name: median(one for _, one in values) * 1e3 for name, values in seen.items()}
    beside = "writing each file beside the old one, renamed over it, and one flush"
    over = "writing each over what stands there, which a crash tears, and one flush"
    for how, spent, name, peer in (
        ("median", cpu, "beside", beside),
        ("wall time, median", wall, "beside", beside),
        ("median", cpu, "over", over),
    ):
        yield (
            Figure(
                subject=f"restoring {count:,} files, {how}",
                unit="ms",
                ours=spent["restoring"],
                peer_name=peer,
                peer=spent[name],
            )
            .at_most(1.5)
            .limited_by(_OF_RESTORING)
        )


def _write_all(
    write: Callable[[Path, bytes], None], contents: Sequence[tuple[Path, bytes]]
) -> None:
    for file, content in contents:
        write(file, content)
    flush(contents[0][0].parent)


def _write_beside(file: Path, content: bytes) -> None:
    """As an editor saves: whatever happens, the old content or the new one stands there."""
    draft = file.with_name(f"{file.name}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    os.write(handle, content)
    os.close(handle)
    draft.replace(file)


def _write_over(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def _restore_once(tree: _Tree, count: int, seed: int) -> tuple[float, float]:
    workspace = tree.workspace()
    history = await workspace.history(tree.repo.root)
    before = await history.capture(seconds=600)
    owner = Owner(TURN.thread_id, f"turn {seed}")
    await history.turn_started(owner)
    await history.tool_opened(owner, "tool", None, seconds=600)
    tree.change(count, seed + 1_000)
    await history.tool_closed("tool", seconds=600)
    await history.turn_ended(owner)
    request = RestoreRequest(TURN.thread_id, before.checkpoint_ref)
    watch = _Watch()
    await workspace.restore(tree.repo.root, request, restore_id=f"restore {seed}")
    spent = watch.read()
    workspace.close()
    return spent


def _room(tree: _Tree, scale: Scale) -> Figure:
    """What many captures take, beside what git needs for the same objects.

    The store is looked after when the server would do so, and so it is in the end.
    """
    count = scale.commits
    asyncio.run(_many_captures(tree, count))
    bare = next((tree.state / "checkpoints").glob("*/objects.git"))
    ours = _size(bare)
    copy = tree.repo.root.parent / "copy.git"
    shutil.copytree(bare, copy)
    attrs.evolve(tree.repo, root=copy).git("--git-dir", ".", "gc", "--quiet", "--prune=now")
    return Figure(
        subject=f"room for {count:,} captures of {CHANGED} files",
        unit="MiB",
        ours=ours / MIB,
        peer_name="git gc of the same objects",
        peer=_size(copy) / MIB,
    ).at_most(1.2)


async def _many_captures(tree: _Tree, count: int) -> None:
    workspace = tree.workspace()
    root = tree.repo.root
    for number in range(count):
        tree.change(CHANGED, number + 10_000)
        await workspace.capture(root, seconds=60)
        if workspace.wants_upkeep(root, every=timedelta(days=1)):
            await workspace.keep_small(root, Retention())
    await workspace.keep_small(root, Retention())
    workspace.close()


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
