"""The frame of the project: pinned requirements, generated files, a package that installs."""

import re
import subprocess
import sys
import tomllib

import pytest

from support.sources import ROOT, project_files, text_of

LOCKS = [name for name in project_files() if name.startswith(".ci/requirements/")]
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)", re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes_and_names_no_place(name: str):
    entries = re.split(r"\n(?=\S)", text_of(name).rstrip())
    assert [entry for entry in entries if not PIN.match(entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text_of(name)


def test_what_is_tested_is_what_is_shipped():
    shipped, tested = (
        dict(PIN.findall(text_of(f".ci/requirements/{name}.txt"))) for name in ("runtime", "dev")
    )
    assert shipped.items() <= tested.items()


def test_every_dependency_is_pinned():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    wanted = {re.split(r"[^a-z0-9-]", line)[0] for line in project["dependencies"]}
    assert wanted <= dict(PIN.findall(text_of(".ci/requirements/runtime.txt"))).keys()


def test_generated_files_are_what_their_generator_writes():
    result = subprocess.run(
        [sys.executable, "protocol/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
