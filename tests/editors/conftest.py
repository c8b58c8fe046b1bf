"""What holds for the tests of all editors: figures are told at the end, and not judged."""

from collections.abc import Callable

import pytest

Report = Callable[[str, float], None]

_FIGURE = "figure"


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """Tells a figure in milliseconds at the end of the run."""

    def tell(what: str, milliseconds: float) -> None:
        record_property(_FIGURE, f"{what}: {milliseconds:.1f} ms")

    return tell


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures, whichever process has taken them."""
    reports = terminalreporter.getreports("passed")
    figures = [value for each in reports for name, value in each.user_properties if name == _FIGURE]
    if figures:
        terminalreporter.section("figures")
        for figure in figures:
            terminalreporter.write_line(str(figure))
