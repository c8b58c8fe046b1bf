"""What the views say and the forms make of what is typed, tested in Node without an editor."""

import pytest

from editors.vscode.units import run_units


@pytest.mark.parametrize(
    "name", ["logins", "mcpServers", "options", "questions", "reviews", "words"]
)
def test_a_view_says_what_is_so(name: str):
    run_units(name)
