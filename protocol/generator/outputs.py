"""All files that are generated, and how they are written and compared."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from generator.document import fill
from generator.examples import examples
from generator.json_schema import json_schema
from generator.lua import lua
from generator.reading import read_protocol
from generator.typescript import typescript

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENT: Final = Path("protocol/PROTOCOL.md")
EXAMPLES: Final = Path("protocol/examples")
EVENTS: Final = EXAMPLES / "events"


def outputs(root: Path = ROOT) -> dict[Path, str]:
    """The text of every generated file, by its path below `root`.

    The document is read first, because only its blocks are generated.
    """
    protocol = read_protocol()
    document = (root / DOCUMENT).read_text(encoding="utf-8")
    return {
        Path("protocol/schema.json"): json_schema(protocol),
        Path("editors/vscode/src/protocol_gen.ts"): typescript(protocol),
        Path("editors/neovim/lua/peon/protocol_gen.lua"): lua(protocol),
        DOCUMENT: fill(document, protocol),
        **{EXAMPLES / name: text for name, text in examples()},
    }


def write(wanted: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """Write what differs and remove what is left over; the paths of what was touched."""
    touched = []
    for path, text in wanted.items():
        file = root / path
        if _read(file) != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            touched.append(path)
    for path in left_over(wanted, root):
        (root / path).unlink()
        touched.append(path)
    return touched


def differences(wanted: Mapping[Path, str], root: Path = ROOT) -> Iterator[str]:
    """What `write` would change, as a unified diff."""
    for path, text in wanted.items():
        yield from _diff(path, _read(root / path), text)
    for path in left_over(wanted, root):
        yield from _diff(path, _read(root / path), "")


def left_over(wanted: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """Examples of nothing. Those of events that an older version wrote are kept for ever."""
    present = sorted(path.relative_to(root) for path in (root / EXAMPLES).rglob("*.json"))
    return [path for path in present if path not in wanted and not _is_older(path, wanted)]


def _is_older(path: Path, wanted: Mapping[Path, str]) -> bool:
    """Whether this is an event of a schema before the present one."""
    name, _, schema = path.stem.rpartition(".")
    newest = [
        int(each.stem.rpartition(".")[2])
        for each in wanted
        if each.parent == EVENTS and each.stem.rpartition(".")[0] == name
    ]
    return path.parent == EVENTS and schema.isdecimal() and int(schema) < max(newest, default=0)


def _diff(path: Path, present: str, wanted: str) -> Iterator[str]:
    return difflib.unified_diff(
        present.splitlines(keepends=True),
        wanted.splitlines(keepends=True),
        fromfile=f"{path} (present)",
        tofile=f"{path} (generated)",
    )


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""
