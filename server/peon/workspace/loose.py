"""Writes a git object as a file of its own. For a few small ones, as of each capture, starting git
would take longer than anything else.
"""

import hashlib
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

_LEVEL = 1


def write_object(objects: Path, kind: Literal["blob", "tree", "commit"], content: bytes) -> str:
    """Write an object into the folder `objects` unless it is there; its id."""
    whole = b"%s %d\0" % (kind.encode(), len(content)) + content
    oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    file = objects / oid[:2] / oid[2:]
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        draft = file.with_name(f"tmp_obj_{oid}")
        draft.write_bytes(zlib.compress(whole, _LEVEL))
        os.replace(draft, file)
    return oid


def folders_tree(folders: Iterable[tuple[bytes, str]]) -> bytes:
    """The content of a tree that holds only folders, each a name and a tree's id."""
    rows = sorted(folders, key=lambda row: row[0] + b"/")
    return b"".join(b"40000 %s\0" % name + bytes.fromhex(tree) for name, tree in rows)


def entries_tree(files: Iterable[tuple[bytes, str]]) -> bytes:
    """The content of a tree that holds only plain files, each a name and a content's id."""
    rows = sorted(files)
    return b"".join(b"100644 %s\0" % name + bytes.fromhex(oid) for name, oid in rows)


def commit(tree: str, parents: Sequence[str], message: str, when: int) -> bytes:
    """The content of a commit made at `when`, in seconds since 1970, by nobody in particular."""
    person = f"Peon <peon@localhost> {when} +0000"
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    return "\n".join([*lines, f"author {person}", f"committer {person}", "", message]).encode()
