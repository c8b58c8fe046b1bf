"""The state of the extension: what was sent, folded, is what the server says."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from editors import record, tools


def test_recordings_fold_into_what_the_server_said():
    run_units({})


@pytest.mark.unproven
@pytest.mark.timeout(300)  # six servers, one after the other
def test_what_a_server_sends_today_folds_into_what_it_says(tmp_path: Path):
    made = tmp_path / "recordings"
    made.mkdir()
    for name in record.STORIES:
        (made / f"{name}.json").write_text(json.dumps(record.record(name)), encoding="utf-8")
    run_units({"PEON_RECORDINGS": str(made)})


def run_units(variables: dict[str, str]) -> None:
    result = subprocess.run(
        [str(tools.node()), "--test", f"{tools.EXTENSION}/dist/unit/*.test.js"],
        cwd=tools.ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
