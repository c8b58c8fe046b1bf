"""The benchmarks go on working: each runs here with next to nothing, and no time is looked at."""

import math
from pathlib import Path

import pytest

from bench import table
from bench.__main__ import SUITES
from bench.measure import TINY, Figure, Rounds, in_turn


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


def test_a_missed_value_is_said_as_one():
    missed = Figure(subject="digging", unit="s", ours=3, peer_name="a mole", peer=1).not_above(2)
    text = table.document({"garden": [missed.limited_by("A spade is no claw.")]}, [])
    assert "Aim at most 2 s, was 3 s. A spade is no claw." in text


def test_what_is_told_is_the_round_whose_ratio_is_in_the_middle():
    rounds = Rounds({"ours": [10.0, 2.0, 9.0], "peer": [2.0, 1.0, 3.0]})
    assert rounds.middle("ours", "peer") == (9.0, 3.0)


def test_contenders_run_in_turn():
    ran: list[str] = []

    def contender(name: str) -> float:
        ran.append(name)
        return float(len(ran))

    contenders = {name: lambda name=name: contender(name) for name in ("ours", "peer")}
    rounds = in_turn(contenders, rounds=2)
    assert ran == ["ours", "peer", "ours", "peer"]
    assert rounds.measured == {"ours": [1.0, 3.0], "peer": [2.0, 4.0]}
