"""Parts of the extension that need no editor: each is tested in Node, against what is real."""

import pytest

from editors.vscode.units import run_units


@pytest.mark.parametrize("name", ["drafts", "histories", "locate", "patches", "supervisor"])
def test_a_part_does_what_it_says(name: str):
    run_units(name)
