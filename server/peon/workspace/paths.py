"""Names of files: as bytes inside, as text outside, and never outside the root."""

import os
import re
from functools import lru_cache
from pathlib import Path

from peon.errors import ExternalFailure

_PLAIN = {"\\": "\\", '"': '"', "n": "\n"}
_ESCAPE = re.compile(r"\\([0-7]{3}|[\\\"n])")


def shown(path: bytes) -> str:
    r"""A path as text that can be sent and read back by `meant`.

    It is the name itself when that is UTF-8; otherwise the name between double quotes with the
    bytes that are no text as `\ooo`, as git prints them. A name that begins with a quote is quoted
    too, so that the two forms never meet.
    """
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        return _quoted(path)
    return _quoted(path) if text.startswith('"') else text


def meant(text: str) -> bytes:
    """The path that `shown` made this text of."""
    if not (len(text) >= 2 and text.startswith('"') and text.endswith('"')):
        return text.encode("utf-8", "surrogateescape")
    inner = _ESCAPE.sub(_unescape, text[1:-1])
    return inner.encode("utf-8", "surrogateescape")


def _quoted(path: bytes) -> str:
    text = path.decode("utf-8", "surrogateescape")
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if "\udc80" <= letter <= "\udcff":
        return f"\\{ord(letter) - 0xDC00:03o}"
    return {"\\": "\\\\", '"': '\\"', "\n": "\\n"}.get(letter, letter)


def _unescape(found: re.Match[str]) -> str:
    code = found.group(1)
    return _PLAIN[code] if code in _PLAIN else chr(0xDC00 + int(code, 8))


def under(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` itself or lies below it; the empty folder is the root."""
    return not folder or path == folder or path.startswith(folder + b"/")


def ancestors(path: bytes) -> tuple[bytes, ...]:
    """The folders above a relative path, outermost first, without the root."""
    return _and_above(path.rpartition(b"/")[0])


@lru_cache(maxsize=1_000)
def _and_above(folder: bytes) -> tuple[bytes, ...]:
    """A folder and those above it: most paths lie beside others, which ask the same."""
    return (*_and_above(folder.rpartition(b"/")[0]), folder) if folder else ()


def inside(root: Path, path: str) -> bytes | None:
    """Where `path` (absolute, or relative to `root`) really lies within `root`; None when outside.

    Links are followed as far as anything exists, the rest is taken literally: what a program that
    opens this path would reach. The root itself is the empty path.
    """
    base = os.path.realpath(root)
    try:
        real = os.path.realpath(os.path.join(base, path))
    except ValueError:
        return None  # A NUL byte: no file has such a name.
    if real != base and not real.startswith(base.rstrip("/") + "/"):
        return None
    relative = os.fsencode(os.path.relpath(real, base))
    if relative == b".":
        return b""
    return None if _has_link(os.fsencode(base), relative) else relative


def literal(root: Path, path: str) -> bytes | None:
    """Where `path` lies within `root` by its name alone; None when outside, or the root itself."""
    name = os.path.normpath(os.path.join(os.fsencode(root), os.fsencode(path)))
    base = os.fsencode(root).rstrip(b"/") + b"/"
    return name.removeprefix(base) if name.startswith(base) and name != base else None


def _has_link(base: bytes, relative: bytes) -> bool:
    """Whether a link is left after resolving: links that lead in a circle stay as they are."""
    return any(
        os.path.islink(os.path.join(base, part)) for part in [*ancestors(relative), relative]
    )


def accepted_root(root: Path, *, home: Path) -> Path:
    """The real path of a folder that may be captured.

    Raises ExternalFailure for what is no folder, for `/`, and for the home folder or what contains
    it: a checkpoint of those would be somebody's whole disk.
    """
    real = Path(os.path.realpath(root))
    if not real.is_dir():
        raise ExternalFailure(
            "workspace",
            f"{root} is not a folder",
            code="workspace.notAFolder",
            remedy="Give the path of an existing folder.",
        )
    if Path(os.path.realpath(home)).is_relative_to(real):
        raise ExternalFailure(
            "workspace",
            f"{real} is the home folder, or contains it",
            code="workspace.rootRefused",
            remedy="Open the folder of one project instead.",
        )
    return real
