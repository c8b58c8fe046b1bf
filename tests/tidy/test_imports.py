"""The contracts of imports hold, and would notice if they did not."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

from support.sources import ROOT, STAND_ALONE, python_files, tree_of

# A module that breaks each contract, and the name under which the contract must complain.
TRESPASSES = {
    "server/peon/domain/trespass.py": "import time\n",
    "server/peon/engine/trespass.py": "import pygls\n",
    "server/peon/journal/trespass.py": "import peon.engine\nimport cattrs\n",
    "server/peon/rpc/trespass.py": "import acp\n",
    "server/peon/nowhere/__init__.py": "",
    "protocol/peon_protocol/trespass.py": "import peon.errors\n",
}


def test_every_import_keeps_the_contracts():
    result = _lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_contract_notices_a_trespass(tmp_path: Path):
    for root in ("server", "protocol"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / root, tmp_path / root, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, text in TRESPASSES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    result = _lint_imports(tmp_path)

    assert result.returncode == 1
    assert "0 kept" in result.stdout, result.stdout


def test_what_stands_alone_imports_only_the_standard_library():
    outsiders = {
        imported
        for name in python_files(*STAND_ALONE)
        for node in ast.walk(tree_of(name))
        for imported in _imported_by(node)
        if imported.split(".")[0] not in sys.stdlib_module_names
        if not imported.startswith("peon.attach")
    }
    assert outsiders == set()


def _imported_by(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []


def _lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the sources under `root`, whatever is installed."""
    sources = os.pathsep.join(str(root / name) for name in ("server", "protocol"))
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": sources},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
