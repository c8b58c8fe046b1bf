"""Run the benchmarks, print the table and write it down: `make bench`.

Each line is held against a named peer, measured in this one run. Nothing is asserted: a shared
machine can make any of them look bad, and then the table says so, and how busy the machine was.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from bench import (
    agent_costs,
    append_costs,
    attach_costs,
    conditions,
    core_costs,
    crowd_costs,
    durable_costs,
    large_costs,
    list_costs,
    neovim_costs,
    replay_costs,
    snapshot_costs,
    start_costs,
    steady_costs,
    stream_costs,
    table,
    vscode_costs,
    wire_costs,
    workspace_costs,
)
from bench.measure import FULL, QUICK, USUAL, Figure, Scale
from peon.runtime import collector

Suite = Callable[[Scale, Path], Iterable[Figure]]

SUITES: Mapping[str, Suite] = {
    "core": core_costs.figures,
    "append": append_costs.figures,
    "durable": durable_costs.figures,
    "steady": steady_costs.figures,
    "replay": replay_costs.figures,
    "snapshot": snapshot_costs.figures,
    "start": start_costs.figures,
    "wire": wire_costs.figures,
    "attach": attach_costs.figures,
    "agent": agent_costs.figures,
    "crowd": crowd_costs.figures,
    "stream": stream_costs.figures,
    "large": large_costs.figures,
    "list": list_costs.figures,
    **neovim_costs.SUITES,
    "vscode": vscode_costs.figures,
    "workspace": workspace_costs.figures,
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> None:
    """Measure what was asked for, and print it; all of it, unhurried, is also written down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a look: few events, one round")
    size.add_argument("--full", action="store_true", help="with a log of ten million events")
    options = parser.parse_args()
    if unknown := set(options.suites) - set(SUITES):
        parser.error(f"there is no suite {', '.join(sorted(unknown))}")
    scale = QUICK if options.quick else FULL if options.full else USUAL
    found = conditions.found()
    collector.settle()  # As the server does, before it serves; whoever is measured here gains.
    measured: dict[str, list[Figure]] = {}
    for name in options.suites or SUITES:
        measured[name] = measure(name, scale)
        if not options.suites and not options.quick:
            write(measured, found)


def measure(name: str, scale: Scale) -> list[Figure]:
    """The figures of one suite, printed too."""
    with tempfile.TemporaryDirectory(prefix="peon-bench-") as folder:
        figures = list(SUITES[name](scale, Path(folder)))
    table.show(name, figures)
    return figures


def write(measured: Mapping[str, Sequence[Figure]], found: Sequence[str]) -> None:
    """Write down what is measured so far: a run that is ended early has not been for nothing."""
    said = [*found, *conditions.left()]
    if missing := [name for name in SUITES if name not in measured]:
        said.append(f"Not measured in this run: {', '.join(missing)}.")
    DOCUMENT.write_text(table.document(measured, said), encoding="utf-8")


if __name__ == "__main__":
    main()
