"""Generated files are what the generator writes, and it says so when they are not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.document import fill
from generator.outputs import DOCUMENT, EXAMPLES, differences, left_over, outputs, write
from generator.reading import read_protocol
from generator.texts import in_wire_words
from support.sources import ROOT

SCHEMA = Path("protocol/schema.json")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout with nothing but the document in it."""
    (tmp_path / "protocol").mkdir()
    shutil.copy(ROOT / DOCUMENT, tmp_path / DOCUMENT)
    return tmp_path


def generate(*arguments: str, seed: int = 0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "protocol/generate.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_generated_files_are_up_to_date_whatever_the_order_of_sets(seed: int):
    checked = generate("--check", seed=seed)
    assert (checked.stdout, checked.stderr, checked.returncode) == ("", "", 0)


def test_what_was_written_does_not_differ(copy: Path):
    wanted = outputs(copy)
    touched = write(wanted, copy)
    assert set(touched) == set(wanted) - {DOCUMENT}
    assert list(differences(outputs(copy), copy)) == []
    assert write(outputs(copy), copy) == []


def test_a_file_that_was_edited_is_shown_and_written_again(copy: Path):
    write(outputs(copy), copy)
    (copy / SCHEMA).write_text("{}\n", encoding="utf-8")
    shown = "".join(differences(outputs(copy), copy))
    assert shown.startswith("--- protocol/schema.json (present)\n")
    assert "\n-{}\n" in shown
    assert write(outputs(copy), copy) == [SCHEMA]


def test_an_example_of_nothing_is_removed(copy: Path):
    write(outputs(copy), copy)
    stray = EXAMPLES / "events" / "garden.watered.1.json"
    (copy / stray).write_text("{}\n", encoding="utf-8")
    assert left_over(outputs(copy), copy) == [stray]
    assert write(outputs(copy), copy) == [stray]
    assert not (copy / stray).exists()


def test_an_example_of_an_older_schema_is_kept(copy: Path):
    wanted = outputs(copy)
    newer = {EXAMPLES / "events" / "turn.started.2.json": "{}\n"}
    write(wanted, copy)
    assert left_over({**wanted, **newer}, copy) == []


def test_a_block_that_nobody_can_fill_is_an_error():
    with pytest.raises(LookupError, match="no generated block «weather today»"):
        fill("<!-- generated: weather today -->\n<!-- end -->\n", read_protocol())


def test_only_blocks_of_the_document_are_touched():
    text = "Before.\n\n<!-- generated: types Scope -->\nold\n<!-- end -->\n\nAfter.\n"
    filled = fill(text, read_protocol())
    assert filled.startswith("Before.\n\n<!-- generated: types Scope -->\n```typescript\n")
    assert filled.endswith("```\n<!-- end -->\n\nAfter.\n")
    assert '| "always"' in filled
    assert fill(filled, read_protocol()) == filled


def test_descriptions_speak_of_members_as_the_wire_names_them():
    assert (
        in_wire_words("`item_id` of `TextDelta`, `--check`") == "`itemId` of `TextDelta`, `--check`"
    )
