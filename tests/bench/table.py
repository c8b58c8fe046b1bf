"""The table of figures, for a terminal and as a document."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.measure import Figure

_HEAD = ("what", "Peon", "held against", "ratio", "aim", "")


def show(name: str, figures: Sequence[Figure]) -> None:
    """Print the figures of one suite."""
    printed = Table(*_HEAD, title=name, title_justify="left")
    for figure in figures:
        printed.add_row(*_row(figure))
    console = Console()
    console.print(printed)
    console.file.flush()


def _row(figure: Figure) -> tuple[str, ...]:
    peer, ratio = figure.peer, figure.ratio
    return (
        figure.subject,
        _value(figure.ours, figure.unit),
        "" if peer is None else f"{_value(peer, figure.unit)} {figure.peer_name}",
        "" if ratio is None else f"{ratio:.3g}",
        figure.aim,
        {True: "met", False: "missed", None: "reported"}[figure.met],
    )


def _value(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


def document(measured: Mapping[str, Sequence[Figure]], conditions: Sequence[str]) -> str:
    """All of it as Markdown: what was missed and why, then a table for each suite."""
    lines = ["# Performance", "", _ABOUT, "", *conditions, "", "## What is missed", ""]
    lines += list(_missed(measured)) or ["Nothing: every aim was met in this run."]
    for name, figures in measured.items():
        lines += ["", f"## {name}", "", _line(_HEAD), _line(["---"] * len(_HEAD))]
        lines += [_line(_row(figure)) for figure in figures]
    return "\n".join([*lines, ""])


def _missed(measured: Mapping[str, Sequence[Figure]]) -> Iterator[str]:
    for name, figures in measured.items():
        for figure in figures:
            if figure.met is False:
                is_ratio = figure.ratio is not None and not figure.aim.endswith(f" {figure.unit}")
                came = f"{figure.ratio:.3g} times" if is_ratio else _value(figure.ours, figure.unit)
                missed = f"Aim {figure.aim}, was {came}."
                yield f"- **{name}: {figure.subject}.** {missed} {_why(figure)}"


def _why(figure: Figure) -> str:
    if figure.limit:
        return figure.limit
    if "wall time" in figure.subject or "events a second" in figure.subject:
        return "A wall time: whatever else the machine does is in it."
    return "No reason is known: look into it."


_ABOUT = """\
Written by `make bench`, never by hand. Every line was measured in one run of it, and so was what it
is held against, in turn with ours: what stands here is the round in the middle, whose ratio is the
median. Where CPU is held against nothing it is the least of several rounds, because other work on
the machine can only add to it. Look at ratios; times are only reported.

`make bench BENCH="wire attach"` measures some suites, `BENCH=--quick` takes a look at all, and
`BENCH=--full` adds a log of ten million events. What a suite does stands in `tests/bench`;
`make test-agents` runs each with next to nothing, so that they go on working."""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
