"""The state of the extension: what was sent, folded, is what the server says."""

import json
from pathlib import Path

import pytest

from editors import record
from editors.vscode.units import run_units


def test_recordings_fold_into_what_the_server_said():
    run_units("recordings")


@pytest.mark.parametrize("name", record.STORIES)
def test_what_a_server_sends_today_folds_into_what_it_says(name: str, tmp_path: Path):
    (tmp_path / f"{name}.json").write_text(json.dumps(record.record(name)), encoding="utf-8")
    run_units("recordings", PEON_RECORDINGS=str(tmp_path))
