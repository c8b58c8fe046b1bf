"""Random histories of two agents and a user in one folder: no restore ever loses anybody's work.

What the laboratory checks at every restore: no path whose last author is not undone changes; no
line by anybody else that stands before is gone after; the preview says exactly what happens; and
undoing an undo gives the folder back as it was. With somebody writing while it runs, or the process
ending at any step, no line is lost either.
"""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from support.undo_lab import Crash, Step, UndoLab, git_lab, memory_lab

NUMBERS = st.integers(min_value=0, max_value=98)
HISTORIES = st.lists(
    st.tuples(st.integers(min_value=0, max_value=11), NUMBERS, NUMBERS, NUMBERS),
    min_size=5,
    max_size=50,
)
SEEDS = st.integers(min_value=0, max_value=2**32)


@given(history=HISTORIES)
@examples(200, nightly=4_000)
async def test_no_restore_loses_or_mispredicts_anything(history: list[Step]):
    with TemporaryDirectory() as place:
        await memory_lab(Path(place)).play(history)


@given(history=HISTORIES, seed=SEEDS)
@examples(120, nightly=4_000)
async def test_nothing_is_lost_when_somebody_writes_during_a_restore(
    history: list[Step], seed: int
):
    with TemporaryDirectory() as place:
        lab = memory_lab(Path(place))
        _disturb(lab, random.Random(seed), writes=0.15, crashes=0.0)
        await lab.play(history)


@given(history=HISTORIES, seed=SEEDS)
@examples(120, nightly=4_000)
async def test_nothing_is_lost_when_the_process_ends_at_any_step(history: list[Step], seed: int):
    with TemporaryDirectory() as place:
        lab = memory_lab(Path(place))
        _disturb(lab, random.Random(seed), writes=0.1, crashes=0.08)
        await lab.play(history)


@given(history=HISTORIES, seed=SEEDS)
@examples(6, nightly=200)
async def test_the_same_holds_with_the_real_store(
    environ: dict[str, str], history: list[Step], seed: int
):
    with TemporaryDirectory() as place, git_lab(Path(place), environ) as lab:
        if seed % 2:
            _disturb(lab, random.Random(seed), writes=0.1, crashes=0.05)
        await lab.play(history)


def _disturb(lab: UndoLab, chance: random.Random, *, writes: float, crashes: float) -> None:
    """Let a user write, or the process end, at some of the steps of every restore."""

    def steps(name: str) -> None:
        drawn = chance.random()
        if drawn < writes:
            lab.interfere(chance.randrange(99), chance.randrange(99), chance.randrange(99))
        elif drawn > 1 - crashes:
            raise Crash(name)

    lab.disturbed = True
    lab.steps = steps
