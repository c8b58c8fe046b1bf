"""The state of the extension: what was sent, folded, is what the server says."""

import json
import re
from pathlib import Path

import pytest

from editors import record, tools
from editors.vscode.units import run_units


def test_recordings_fold_into_what_the_server_said():
    run_units("recordings")


@pytest.mark.parametrize("name", record.STORIES)
def test_what_a_server_sends_today_folds_into_what_it_says(name: str, tmp_path: Path):
    (tmp_path / f"{name}.json").write_text(json.dumps(record.record(name)), encoding="utf-8")
    run_units("recordings", PEON_RECORDINGS=str(tmp_path))


@pytest.mark.parametrize("part", ["state", "server", "webview", "store.ts"])
def test_what_knows_no_editor_imports_none(part: str):
    place = tools.EXTENSION / "src" / part
    files = sorted(place.glob("*.ts*")) if place.is_dir() else [place]
    assert files
    theirs = re.compile(r'from "(vscode|\.\./(editor|views|commands|review)/.*)"')
    assert [each.name for each in files if theirs.search(each.read_text())] == []
