"""The main job, killed at one point after the other; after each, what the next process makes of it.

Run with a folder to work in, which share of the points to try, of how many shares, and `all` to
leave none out. It prints a line of JSON per point: its name, and what was wrong.
Each point is a process that kills itself, forked off one that has imported everything already.
"""

import asyncio
import gc
import itertools
import json
import math
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Final

import attrs

from peon.journal.filesystem import LocalFileSystem
from peon_protocol.commands import (
    ApprovePendingAction,
    CommitChanges,
    CreateCheckpoint,
    PushChanges,
    RestoreCheckpoint,
)
from peon_protocol.events import (
    ActionRequested,
    ActionResolved,
    CheckpointCreated,
    OperationRequested,
    StoredEvent,
    TurnStarted,
)
from peon_protocol.ids import ActionId, ItemId
from peon_protocol.provider_events import TextDelta, ToolCallUpdated
from peon_protocol.values import CheckpointKind, ItemStatus, ToolKind
from support.aftermath import ACKNOWLEDGED, Aftermath
from support.houses import OTHER, TALK, House, add_remote

_SEQUENCE: Final = re.compile(rb'\{"sequence":(\d+),"eventId"')
_WITH_EFFECTS: Final = (TurnStarted, CheckpointCreated, ActionResolved, OperationRequested)
HOOKS: Final = ("pre-commit", "post-commit", "pre-push")


def die() -> None:
    """End as a process does that is killed: nothing is flushed, nobody is told."""
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedDisk(LocalFileSystem):
    """The machine's files; the process dies before an event is written, or once it is durable.

    What was written outlives a process that is killed, flushed or not.
    """

    def __init__(self, *, before: float = math.inf, after: float = math.inf) -> None:
        self._before = before
        self._after = after
        self._written = 0

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        sequences = [int(number) for number in _SEQUENCE.findall(bytes(data))]
        self._written = max([self._written, *sequences])
        if self._written >= self._before:
            die()
        return super().write(descriptor, data)

    def fdatasync(self, descriptor: int) -> None:
        super().fdatasync(descriptor)
        if self._written >= self._after:
            die()


@attrs.frozen
class Point:
    """Where to die: around an event, at a step of the restore, or in a hook of git.

    `usual` says that it is tried in every run.
    """

    kind: str
    number: int = 0
    hook: str = ""
    usual: bool = True

    def __str__(self) -> str:
        return f"{self.kind}-{self.hook or self.number}"


# ---- the job ------------------------------------------------------------------------------------


class Job:
    """What is done until the point, and what was acknowledged by then."""

    def __init__(self, place: Path, point: Point) -> None:
        disk = DoomedDisk(
            before=point.number if point.kind == "before" else math.inf,
            after=point.number if point.kind == "after" else math.inf,
        )
        self.steps: list[str] = []
        self._last_step = point.number if point.kind == "step" else 0
        self.house = House(place, steps=self._step)
        if point.kind == "hook":
            self.house.environment["PEON_KILL"] = f"{point.hook} {os.getpid()}"
        self.house.options = attrs.evolve(
            self.house.options, filesystem=disk, environment=self.house.environment
        )
        self._acknowledged = place / ACKNOWLEDGED

    def _step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) == self._last_step:
            die()

    async def run(self) -> None:
        house = self.house
        await house.open()
        await house.open_thread(TALK)
        await house.open_thread(OTHER)
        await house.submit(CreateCheckpoint(thread_id=TALK, description="the beginning"))
        await self._turn()
        _, before, _ = (await house.thread()).checkpoints
        assert before.kind is CheckpointKind.TURN_START
        await self._ask(RestoreCheckpoint(thread_id=TALK, checkpoint_id=before.checkpoint_id))
        house.repo.write("tulip.txt", "yellow\n")
        await self._ask(CommitChanges(thread_id=TALK, message="Tulip"))
        await self._ask(PushChanges(thread_id=TALK))

    async def _ask(self, command: RestoreCheckpoint | CommitChanges | PushChanges) -> None:
        result = await self.house.submit(command)
        with self._acknowledged.open("a") as file:
            file.write(f"{result.sequence}\n")

    async def _turn(self) -> None:
        house = self.house
        await house.start_turn()
        agent = await house.tame.session()
        agent.say(TextDelta(text="let me see"))
        for number, name in enumerate(("rose", "weed"), 1):
            agent.ask(name, kind=ToolKind.EXECUTE)
            await house.until_event(ActionRequested, times=number)
            await house.submit(ApprovePendingAction(thread_id=TALK, action_id=ActionId(name)))
            await agent.until_answered(number)
            house.repo.write(f"{name}.txt", f"{name} of the agent\n")
            item_id = ItemId(f"tool-{name}")
            agent.say(ToolCallUpdated(item_id=item_id, status=ItemStatus.COMPLETED))
        agent.end()
        await house.end_of_turn()


def prepare(place: Path) -> None:
    """A repository with a rose in it, a remote, and hooks that kill whoever they are told to."""
    house = House(place)
    house.repo.write("rose.txt", "red\n")
    house.repo.commit("before")
    add_remote(house.repo, place / "remote.git")
    for name in HOOKS:
        hook = house.repo.write(
            f".git/hooks/{name}",
            f'#!/bin/sh\nset -- $PEON_KILL\n[ "$1" != {name} ] || kill -9 "$2"\n',
        )
        hook.chmod(0o755)


# ---- point after point --------------------------------------------------------------------------


def in_child(work: Callable[[], Coroutine[object, object, None]]) -> int:
    """Do something in a process of its own; how that ended."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        asyncio.run(work())
        code = 0
    finally:
        os._exit(code)


def all_points(place: Path) -> list[Point]:
    """Every point there is, counted by doing the job once to its end."""
    prepare(place)
    counted = place / "counted"

    async def count() -> None:
        job = Job(place, Point("none"))
        await job.run()
        counted.write_text(json.dumps([_commits(await job.house.log()), job.steps]))
        die()

    in_child(count)
    commits, steps = json.loads(counted.read_text())
    points = [Point("after", sequence, usual=has_effect) for sequence, has_effect in commits]
    # Where the commit before has no effect, dying before this one is dying after that one.
    for (_, has_effect), (sequence, _) in itertools.pairwise(commits):
        points.append(Point("before", sequence, usual=has_effect))
    for number, name in enumerate(steps, 1):
        points.append(Point("step", number, usual=name not in steps[: number - 1]))
    return [*points, *(Point("hook", hook=hook) for hook in HOOKS)]


def _commits(log: list[StoredEvent]) -> list[tuple[int, bool]]:
    """The first event of each command, and whether anything is to be done because of the command.

    The others become durable with it, or not at all.
    """
    commits: dict[object, tuple[int, bool]] = {}
    for each in log:
        origin = (each.command_id, each.causation_id, each.actor, each.occurred_at)
        first, has_effect = commits.get(origin, (each.sequence, False))
        commits[origin] = (first, has_effect or isinstance(each.payload, _WITH_EFFECTS))
    return sorted(commits.values())


def attempt(template: Path, place: Path, point: Point) -> list[str]:
    """Do the job until the point, then look; what was wrong."""
    shutil.copytree(template, place, symlinks=True)
    for config in (place / "garden" / ".git" / "config",):
        config.write_text(config.read_text().replace(str(template), str(place)))

    async def do() -> None:
        await Job(place, point).run()
        die()

    async def look() -> None:
        aftermath = Aftermath(place)
        await aftermath.look()
        (place / "problems").write_text(json.dumps(aftermath.problems))

    killed = in_child(do)
    if killed != -signal.SIGKILL:
        return [f"the job ended by itself, with {killed}"]
    if (code := in_child(look)) != 0:
        return [f"looking at it failed, with {code}"]
    problems: list[str] = json.loads((place / "problems").read_text())
    return problems


def rehearse(place: Path) -> None:
    """Do the job and look at what a killed one left, here, so that no child makes ready anew what
    all of them use.
    """
    prepare(place / "whole")
    prepare(place / "killed")

    async def do() -> None:
        job = Job(place / "whole", Point("none"))
        await job.run()
        await job.house.close()

    async def do_until_killed() -> None:
        await Job(place / "killed", Point("hook", hook=HOOKS[-1])).run()

    asyncio.run(do())
    in_child(do_until_killed)
    asyncio.run(Aftermath(place / "killed").look())


def main(folder: Path, share: int, shares: int, *, leave_out: bool) -> None:
    rehearse(folder / "rehearsal")
    points = [each for each in all_points(folder / "count") if each.usual or not leave_out]
    template = folder / "template"
    prepare(template)
    gc.freeze()  # A child would copy every page that the collector touches.
    for number, point in enumerate(points):
        if number % shares == share:
            place = folder / str(point)
            problems = attempt(template, place, point)
            sys.stdout.write(json.dumps({"point": str(point), "problems": problems}) + "\n")
            sys.stdout.flush()
            if not problems:
                shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), leave_out=sys.argv[4] != "all")
