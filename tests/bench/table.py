"""The table of figures, for a terminal and as a document."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.measure import Figure

_HEAD = ("what", "Peon", "held against", "ratio", "aim", "")


def show(name: str, figures: Sequence[Figure]) -> None:
    """Print the figures of one suite."""
    printed = Table(*_HEAD, title=name, title_justify="left")
    for figure in figures:
        printed.add_row(*_row(figure))
    Console().print(printed)


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


def document(measured: Mapping[str, Sequence[Figure]]) -> str:
    """All of it as Markdown, a table for each suite."""
    lines = ["# Performance", "", _ABOUT]
    for name, figures in measured.items():
        lines += ["", f"## {name}", "", _line(_HEAD), _line(["---"] * len(_HEAD))]
        lines += [_line(_row(figure)) for figure in figures]
    return "\n".join([*lines, ""])


_ABOUT = (
    "Written by `make bench`. Every line was measured in one run, against the peer it names; the\n"
    "machine may have had other work to do, so look at ratios before times."
)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
