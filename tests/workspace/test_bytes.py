"""Bytes in, bytes out: no attribute and no setting of the user's git changes what is kept."""

from pathlib import Path

import pytest

from support.bench import Bench
from support.repositories import contents

CONTENTS = {
    "both.txt": b"one\r\ntwo\nthree\r\n",
    "crlf.txt": b"one\r\ntwo\r\n",
    "lf.txt": b"one\ntwo\n",
    "id.txt": b"$Id: 0123456789abcdef0123456789abcdef01234567 $\n",
    "large.bin": b"\0large\r\n" * 100,
    "pointer.bin": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    "wide.txt": "\ufefftext\n".encode("utf-16-le"),
}

ATTRIBUTES = {
    "eol": "* text=auto eol=crlf\n",
    "text": "* text eol=lf\n",
    "crlf": "* crlf=input\n",
    "ident": "* ident\n",
    "encoding": "*.txt working-tree-encoding=UTF-16LE-BOM\n",
    "lfs": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    "binary": "* binary export-subst\n",
}


@pytest.fixture
def autocrlf(home: Path) -> None:
    """The user's own line ends, for all that they do."""
    settings = "\tautocrlf = true\n\teol = crlf\n\tsafecrlf = true\n"
    (home / ".gitconfig").write_text(f"[core]\n{settings}")


def _with_lfs(bench: Bench, place: Path) -> Path:
    """Large files are filtered by a program, which must not fail; what it leaves when it runs."""
    fired = place / "fired"
    program = place / "git-lfs"
    program.write_text(f"#!/bin/sh\ntouch '{fired}'\nexit 1\n")
    program.chmod(0o755)
    for key in ("clean", "smudge", "process"):
        bench.repo.git("config", f"filter.lfs.{key}", f"{program} {key} -- %f")
    bench.repo.git("config", "filter.lfs.required", "true")
    return fired


@pytest.mark.usefixtures("autocrlf")
@pytest.mark.parametrize("attributes", ATTRIBUTES)
async def test_what_is_kept_and_what_comes_back_are_the_same_bytes(
    bench: Bench, tmp_path: Path, attributes: str
):
    fired = _with_lfs(bench, tmp_path)
    for folder in ("", "folder/"):
        bench.repo.write(f"{folder}.gitattributes", ATTRIBUTES[attributes])
        for name, content in CONTENTS.items():
            bench.repo.write(folder + name, content)
    bench.repo.write(".git/info/attributes", ATTRIBUTES[attributes])
    before = contents(bench.root)
    start = await bench.capture()
    held = await bench.held(start)
    await bench.open_tool()
    for name in CONTENTS:
        bench.repo.write(name, b"by the agent\r\n")
        (bench.root / "folder" / name).unlink()
    await bench.close_tool()
    await bench.restore(start)

    assert {name: held[name.encode()] for name in CONTENTS} == CONTENTS
    assert {name: held[b"folder/" + name.encode()] for name in CONTENTS} == CONTENTS
    assert contents(bench.root) == before
    assert not fired.exists()
