"""The benchmarks go on working: each runs here with next to nothing, and no time is looked at."""

import math
from pathlib import Path

import pytest

from bench import table
from bench.__main__ import SUITES
from bench.measure import TINY, Figure


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SUITES)
def test_a_suite_runs(name: str, tmp_path: Path):
    figures = list(SUITES[name](TINY, tmp_path))
    assert figures
    assert all(math.isfinite(figure.ours) for figure in figures)
    assert f"## {name}" in table.document({name: figures}, ["Here."])


def test_what_is_missed_is_said_with_its_reason():
    missed = Figure(subject="digging", unit="s", ours=3, peer_name="a mole", peer=1).at_most(2)
    text = table.document({"garden": [missed.limited_by("A spade is no claw.")]}, [])
    assert "Aim at most 2 times, was 3 times. A spade is no claw." in text
