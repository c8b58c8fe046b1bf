"""The crash laboratory: histories of a log over several lives and deaths, and what must hold of
them.

A history is data. Living through it on a simulated file system either ends well or raises a
Violation: something acknowledged was lost, something came back that never was, a command was torn
apart, or a legal state of the disk was refused.
"""

import zlib
from collections.abc import Set as AbstractSet
from pathlib import Path
from random import Random

import attrs
from hypothesis import strategies as st

from peon.journal.compression import compress_covered
from peon.journal.erasure import erase_covered
from peon.journal.folders import SEGMENTS, SNAPSHOTS
from peon.journal.opening import OpenedLog, StoreOptions, open_log
from peon.journal.pages import PageReader
from peon.journal.port import Recovered
from peon.journal.retention import drop_history
from peon.journal.snapshot_files import SnapshotRecord, Unchanged
from support.simfs import SimulatedFiles

STATE = Path("/state")
SEGMENT_BYTES = 4000
THREADS = ("a", "b", "c")


class Violation(AssertionError):
    """The log has broken a promise."""


@attrs.frozen
class Append:
    """One group commit of commands with so many events each."""

    commands: tuple[int, ...]


@attrs.frozen
class Snapshot:
    """Taken of what was true `lag` events ago, its records of now.

    They hold a command of `ahead` events (0 for none) that is not yet in the log.
    """

    lag: int
    ahead: int


@attrs.frozen
class Compress:
    pass


@attrs.frozen
class Read:
    """A page from somewhere in the log: `place` in percent."""

    place: int


@attrs.frozen
class Erase:
    """Of every fourth event, as far as the older snapshot goes."""


@attrs.frozen
class Drop:
    """History up to `place` percent of the log."""

    place: int


Step = Append | Snapshot | Compress | Read | Erase | Drop


@attrs.frozen
class Life:
    """One process: what it does, when it dies, and whether the power goes with it."""

    steps: tuple[Step, ...]
    dies_at: int | None
    """The number of the change during which it dies; None to live to the end of its steps."""
    loses_power: bool
    fails_at: int | None = None
    """The number of the change that fails with an I/O error, which ends the life too."""
    model: int = 0
    """Which model classes the process has: it does not use the snapshots of others, but a base."""


@attrs.frozen
class History:
    lives: tuple[Life, ...]
    seed: int
    """Decides what of the unflushed survives."""


_appends = st.builds(Append, st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple))
_steps: st.SearchStrategy[Step] = st.one_of(
    _appends,
    _appends,
    _appends,
    st.builds(Snapshot, st.integers(0, 3), st.integers(0, 2)),
    st.builds(Compress),
    st.builds(Read, st.integers(0, 100)),
    st.builds(Erase),
    st.builds(Drop, st.integers(0, 100)),
)
_lives = st.builds(
    Life,
    st.lists(_steps, max_size=30).map(tuple),
    st.one_of(st.integers(1, 12), st.integers(1, 120), st.none()),
    st.booleans(),
    st.one_of(st.none(), st.none(), st.integers(1, 60)),
    st.sampled_from([0, 0, 1]),
)


def _histories(
    steps: st.SearchStrategy[Step], deaths: st.SearchStrategy[int | None]
) -> st.SearchStrategy[History]:
    """Short lives of such steps, which die then."""
    some = st.lists(steps, min_size=1, max_size=4).map(tuple)
    failures = st.one_of(st.none(), st.none(), st.none(), st.integers(5, 11))
    models = st.sampled_from([0, 0, 0, 1])
    life = st.builds(Life, some, deaths, st.booleans(), failures, models)
    lives = st.lists(life, min_size=4, max_size=8)
    return st.builds(History, lives.map(tuple), _seeds)


_seeds = st.integers(0, 2**32)
long_histories = st.builds(History, st.lists(_lives, min_size=1, max_size=4).map(tuple), _seeds)
short_histories = _histories(_appends, st.one_of(st.integers(5, 11), st.none()))
"""One death soon after the other, so that they strike what a start itself does."""
torn_histories = _histories(_appends, st.sampled_from([6, 7, 11]))
"""Long lines, torn by one power loss after the other."""
snapshot_histories = _histories(
    st.one_of(_appends, st.builds(Snapshot, st.just(0), st.integers(1, 2))), st.integers(8, 20)
)
"""Snapshots that know more than the log at the time they are written."""
old_histories = _histories(
    st.one_of(
        st.just(Append((4, 4, 4))),
        st.just(Append((3, 3))),
        st.sampled_from([Compress(), Erase(), Drop(40), Drop(100)]),
    ),
    st.one_of(st.integers(20, 60), st.none()),
)
"""Old events being compressed, erased and let go."""
histories = st.one_of(
    long_histories, short_histories, torn_histories, snapshot_histories, old_histories
)


def event(sequence: int, life: int) -> bytes:
    """An event that only this life has written, of up to four sectors."""
    text = "x" * (sequence * 7919 % 11 * 200)
    return b'{"sequence":%d,"life":%d,"text":"%b"}' % (sequence, life, text.encode())


def erased(event: bytes) -> bytes | None:
    """What shall stand in the place of every fourth event."""
    start, _, behind = event.partition(b",")
    sequence = int(start.removeprefix(b'{"sequence":'))
    return start + b',"erased":true}' if behind and sequence % 4 == 0 else None


def digest(events: list[bytes], thread: int, through: int) -> bytes:
    """What a snapshot's record of a thread holds: every event of it leaves its trace."""
    own = events[thread:through:3]
    return b"%d %08x" % (len(own), zlib.crc32(b"\n".join(own)))


class Witness:
    """Knows what was handed over and what was promised, and judges what a start finds."""

    def __init__(self) -> None:
        self.events: list[bytes] = []
        self.promised = 0
        self.kept = 0
        """The sequence of the last snapshot that was published."""
        self.erased = 0
        """Up to here every event that had to be erased has been."""
        self.may_be_erased = 0
        self.model = 0
        self._ends = {0}

    @property
    def head(self) -> int:
        return len(self.events)

    def command(self, size: int, life: int) -> list[bytes]:
        """The events of the next command, which from now on may be found."""
        first = self.head + 1
        made = [event(sequence, life) for sequence in range(first, first + size)]
        self.events.extend(made)
        self._ends.add(self.head)
        return made

    def judge(self, recovered: Recovered, head: int, *, model: int) -> None:
        """Compare what a start has found with what it may find; that is the truth from then on."""
        if model != self.model:
            self.model, self.kept = model, 0
        if head < self.promised:
            raise Violation(f"{self.promised} events were promised and {head} are left")
        if head not in self._ends:
            raise Violation(f"a command was torn apart at {head}")
        if recovered.sequence < self.kept:
            raise Violation(f"of the snapshot of {self.kept} {recovered.sequence} is left")
        self._judge_records(recovered, head)
        found = list(recovered.events)
        self.compare(found, recovered.sequence)
        if recovered.sequence + len(found) != head:
            raise Violation(f"{len(found)} events are found behind {recovered.sequence}")
        del self.events[head:]
        self._ends = {end for end in self._ends if end <= head}
        self.promised, self.kept = head, recovered.sequence

    def compare(self, found: list[bytes], after: int) -> None:
        """Compare events that were read with those that were written, or may stand for them."""
        for sequence, event in enumerate(found, start=after + 1):
            written = self.events[sequence - 1]
            instead = erased(written)
            if sequence <= self.erased and instead is not None and event != instead:
                raise Violation(f"event {sequence} was erased, and has come back")
            allowed = (written, instead if sequence <= self.may_be_erased else None)
            if event not in allowed:
                raise Violation(f"event {sequence} is not what was written")

    def _judge_records(self, recovered: Recovered, head: int) -> None:
        for record in recovered.records or ():
            if not recovered.sequence <= record.through <= head:
                raise Violation(f"a record of {record.through} in a log of {head}")
            if record.content != digest(self.events, THREADS.index(record.key), record.through):
                raise Violation(f"the snapshot's record {record.key} tells of another log")

    def records(self, keys: AbstractSet[str], copied_from: int) -> list[SnapshotRecord | Unchanged]:
        """A record per thread; what nothing has happened to since `copied_from` is not encoded."""
        entries: list[SnapshotRecord | Unchanged] = []
        for number, key in enumerate(THREADS):
            content = digest(self.events, number, self.head)
            if key in keys and content == digest(self.events, number, copied_from):
                entries.append(Unchanged(key))
            else:
                entries.append(SnapshotRecord(key, self.head, content))
        return entries


class Laboratory:
    """Lives through a history with the parts the store is made of, in one thread."""

    def __init__(self, history: History, files: type[SimulatedFiles] = SimulatedFiles) -> None:
        self._history = history
        self._witness = Witness()
        self._files = files(chance=Random(history.seed))
        self._copied_from = 0

    def run(self) -> None:
        """Raises Violation."""
        for number, life in enumerate(self._history.lives):
            self._files.dies_at, self._files.fails_at = life.dies_at, life.fails_at
            self._live(life, number)
            self._files = self._files.without_power() if life.loses_power else self._files.killed()
        self._files = self._files.without_power()
        self._live(Life((), None, loses_power=False), len(self._history.lives))

    def _live(self, life: Life, number: int) -> None:
        try:
            log = self._open(life.model)
            for step in life.steps:
                self._do(step, log, number)
        except Violation:
            raise
        except Exception as error:
            if not self._files.dead and not self._files.failed:
                raise Violation(f"{type(error).__name__}: {error}") from error

    def _open(self, model: int) -> OpenedLog:
        for folder in (STATE, STATE / SEGMENTS, STATE / SNAPSHOTS):
            self._files.make_folder(folder)
        options = StoreOptions(filesystem=self._files, segment_bytes=SEGMENT_BYTES)
        log = open_log(STATE, fingerprint=f"model-{model}", options=options)
        self._witness.judge(log.recovered, log.end.head, model=model)
        self._copied_from = log.recovered.sequence
        return log

    def _do(self, step: Step, log: OpenedLog, life: int) -> None:
        match step:
            case Append(commands):
                batch = [one for size in commands for one in self._witness.command(size, life)]
                log.writer.commit(batch)
                self._witness.promised = log.writer.head
            case Snapshot(lag, ahead):
                self._take_snapshot(log, lag, self._witness.command(ahead, life))
            case Compress():
                self._cover(log, life)
                compress_covered(self._files, log.catalog, log.end.log_id, log.snapshots.covered)
            case Read(place):
                after = self._witness.head * place // 100
                self._read(log, max(after, log.catalog.base))
            case Erase():
                self._cover(log, life)
                self._erase(log)
            case Drop(place):
                self._cover(log, life)
                upto = self._witness.head * place // 100
                drop_history(self._files, log.catalog, log.snapshots.newest, upto)

    def _read(self, log: OpenedLog, after: int) -> None:
        reader = PageReader(self._files, log.catalog, log.end.log_id)
        found = reader.read(after, self._witness.head, 1 << 20)
        self._witness.compare(found, after)
        if after + len(found) != self._witness.head:
            raise Violation(f"{len(found)} events are read behind {after}")

    def _cover(self, log: OpenedLog, life: int) -> None:
        """Take two snapshots, so that even the older one holds what was written before."""
        for _ in range(2):
            self._take_snapshot(log, 0, self._witness.command(1, life))

    def _erase(self, log: OpenedLog) -> None:
        covered = log.snapshots.covered
        self._witness.may_be_erased = max(covered, self._witness.may_be_erased)
        sealed = [last for _, last in log.catalog.sealed() if last <= covered]
        erase_covered(self._files, log.catalog, log.end.log_id, covered, erased)
        self._witness.erased = max([self._witness.erased, *sealed])

    def _take_snapshot(self, log: OpenedLog, lag: int, ahead: list[bytes]) -> None:
        records = self._witness.records(log.snapshots.keys, self._copied_from)
        sequence = max(self._copied_from, self._witness.head - lag)
        draft = log.snapshots.write(sequence, records)
        try:
            log.snapshots.publish(draft, durable=log.writer.head)
        except ValueError:
            log.writer.commit(ahead)
            log.snapshots.publish(draft, durable=log.writer.head)
        else:
            if ahead:
                log.writer.commit(ahead)
        self._copied_from = self._witness.kept = sequence
        self._witness.promised = log.writer.head


def violation_of(history: History, files: type[SimulatedFiles] = SimulatedFiles) -> str | None:
    """How `history` breaks a promise on such a file system; None where it keeps them all."""
    try:
        Laboratory(history, files).run()
    except Violation as violation:
        return str(violation)
    return None
