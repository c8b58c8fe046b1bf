"""Code that was compiled for classes is kept, found again, and never taken for what it is not."""

import os
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from peon.runtime.class_code import ClassCode

SOURCE = "def double(self):\n    return 2 * self\n"
START = """
from peon.runtime import class_code
code = class_code.reuse()
import peon.cli.serving
class_code.keep()
print(code.compiled)
"""


def test_what_was_compiled_is_found_by_the_next(tmp_path: Path):
    path = tmp_path / "code"
    first = ClassCode(path)
    made = first.code_of(SOURCE, "<double>", "exec")
    first.keep()
    second = ClassCode(path)
    found = second.code_of(SOURCE, "<double>", "exec")
    assert (first.compiled, second.compiled) == (1, 0)
    assert found == made
    assert found.co_filename == "<double>"
    assert doubled(found) == 42


@pytest.mark.parametrize(
    "source, filename", [(SOURCE.replace("2", "3"), "<double>"), (SOURCE, "<another>")]
)
def test_another_source_is_not_taken_for_it(tmp_path: Path, source: str, filename: str):
    kept(tmp_path / "code")
    code = ClassCode(tmp_path / "code")
    assert code.code_of(source, filename, "exec") == compile(source, filename, "exec")
    assert code.compiled == 1


def test_a_hash_that_differs_by_process_alone_is_found(tmp_path: Path):
    hashed = "def __hash__(self):\n        return hash((\n                {},\n            ))\n"
    code = ClassCode(tmp_path / "code")
    code.code_of(hashed.format(-17), "<hashed>", "exec")
    code.code_of(hashed.format(4), "<hashed>", "exec")
    code.keep()
    again = ClassCode(tmp_path / "code")
    again.code_of(hashed.format(5), "<hashed>", "exec")
    assert again.compiled == 0


@pytest.mark.parametrize("place", [0, 14, -1])
def test_a_file_that_was_changed_is_not_believed(tmp_path: Path, place: int):
    path = kept(tmp_path / "code")
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    code = ClassCode(path)
    assert doubled(code.code_of(SOURCE, "<double>", "exec")) == 42
    assert code.compiled == 1


@pytest.mark.parametrize("length", range(20))
def test_a_file_that_was_cut_is_not_believed(tmp_path: Path, length: int):
    path = kept(tmp_path / "code")
    path.write_bytes(path.read_bytes()[:length])
    assert doubled(ClassCode(path).code_of(SOURCE, "<double>", "exec")) == 42


def test_nobody_else_may_write_there(tmp_path: Path):
    mask = os.umask(0)
    try:
        assert kept(tmp_path / "code").stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(mask)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    code = ClassCode(tmp_path / "file" / "code")
    code.code_of(SOURCE, "<double>", "exec")
    code.keep()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_nobody_used_any_more_is_forgotten(tmp_path: Path):
    path = tmp_path / "code"
    many = ClassCode(path)
    for number in range(100):
        many.code_of(f"a = {number}", "<many>", "exec")
    many.keep()
    few = ClassCode(path)
    few.code_of(SOURCE, "<double>", "exec")
    few.keep()
    last = ClassCode(path)
    last.code_of("a = 7", "<many>", "exec")
    assert last.compiled == 1


def test_a_start_compiles_no_class_that_an_earlier_one_has(tmp_path: Path):
    assert compiled_by_a_start(tmp_path) > 1000
    assert compiled_by_a_start(tmp_path) == 0


def test_python_that_writes_no_bytecode_writes_none_here(tmp_path: Path):
    assert compiled_by_a_start(tmp_path, PYTHONDONTWRITEBYTECODE="1") > 1000
    assert list(tmp_path.iterdir()) == []


def kept(path: Path) -> Path:
    code = ClassCode(path)
    code.code_of(SOURCE, "<double>", "exec")
    code.keep()
    return path


def doubled(code: CodeType) -> int:
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 (it is what is tested)
    double = names["double"]
    assert callable(double)
    return int(double(21))


def compiled_by_a_start(folder: Path, **variables: str) -> int:
    """How much a server compiles that finds its bytecode in `folder`, up to its being imported."""
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(folder)} | variables
    if not variables:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
    result = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
    )
    return int(result.stdout)
