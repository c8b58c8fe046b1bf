"""Nothing of the machine it was made on stands in the project, nor anybody's key."""

import re

import pytest

from support.sources import ROOT, project_files

# Each pattern is broken up, so that it does not find itself.
FOLDERS = "|".join(
    ("wor" + "k/", "roo" + "t/", "opt/py" + "pi", "tmp/bri" + "ef", "home/(?!(user|me)\\b)")
)
FORBIDDEN = {
    "a path of one machine": rf"(?<![\w./~-])/({FOLDERS})",
    "a registry's address": "py" + r"pi\.org/simple|pythonhos" + r"ted\.org|registry\.npm" + "js",
    "a provider's key": r"\bsk-(ant-|proj-)?[A-Za-z0-9_]{20,}|\bAKIA[0-9A-Z]{16}\b",
    "a forge's token": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bglpat-[\w-]{20}\b",
    "a private key": "-----BEGIN [A-Z ]*PRIVATE" + " KEY-----",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str):
    pattern = re.compile(FORBIDDEN[what].encode())
    found = [
        f"{name}: {match.group()!r}"
        for name in project_files()
        for match in pattern.finditer((ROOT / name).read_bytes())
    ]
    assert found == []
