"""The tests of the extension's own parts, in Node, without VS Code."""

import os
import subprocess
import sys

from editors import tools


def run_units(name: str, **variables: str) -> None:
    """Run the tests in `unit/NAME.test.ts`, as `make test-vscode` has built them."""
    result = subprocess.run(
        [str(tools.node()), "--test", f"{tools.EXTENSION}/dist/unit/{name}.test.js"],
        cwd=tools.ROOT,
        env=os.environ | {"PEON_TEST_PYTHON": sys.executable} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "# pass 0\n" not in result.stdout, result.stdout
