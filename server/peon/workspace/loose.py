"""Writes a git object as a file of its own. For a few small ones, as of each capture, starting git
would take longer than anything else.
"""

import hashlib
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

Kind = Literal["blob", "tree", "commit"]

_LEVELS: Mapping[Kind, int] = {"blob": 1, "tree": 0, "commit": 1}
"""How hard to compress. A tree is nearly all ids, which do not get smaller, and is packed later."""
_DRAFT = "tmp_obj_"
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def object_id(kind: Kind, content: bytes) -> str:
    """The id of an object."""
    whole = b"%s %d\0" % (kind.encode(), len(content)) + content
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest()


def write_object(objects: Path, kind: Kind, content: bytes) -> str:
    """Write an object into the folder `objects` unless it is there; its id."""
    whole = b"%s %d\0" % (kind.encode(), len(content)) + content
    oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    folder = f"{objects}/{oid[:2]}"
    file = f"{folder}/{oid[2:]}"
    if not os.path.exists(file):
        draft = f"{folder}/{_DRAFT}{oid}"
        packed = zlib.compress(whole, _LEVELS[kind])
        try:
            _write(draft, packed)
        except FileNotFoundError:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            _write(draft, packed)
        os.replace(draft, file)
    return oid


def _write(file: str, content: bytes) -> None:
    handle = os.open(file, _WRITE, 0o444)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
    finally:
        os.close(handle)


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
