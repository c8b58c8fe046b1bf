"""The project's own files, as the tidiness tests read them."""

import ast
import functools
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]


# Programs of their own: they import the standard library only, because they start in milliseconds
# or must survive whatever becomes of the server. So nobody can hand them a clock, either.
STAND_ALONE = ("server/peon/attach/", "server/peon/providers/guardian.py")


@functools.cache
def project_files() -> tuple[str, ...]:
    """Every file that is, or would be, committed, as a path relative to the root."""
    listing = subprocess.run(
        # The checkout may belong to somebody else, as it does in many containers.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=30,
    )
    names = listing.stdout.decode().split("\0")
    return tuple(sorted(name for name in names if name and (ROOT / name).is_file()))


def python_files(*prefixes: str) -> list[str]:
    """Modules written by hand under any of `prefixes` (all, if none is given)."""
    return [
        name
        for name in project_files()
        if name.endswith(".py") and not name.endswith("_gen.py")
        if name.startswith(prefixes or "")
    ]


def documents() -> list[str]:
    """The texts that people read."""
    return [
        name
        for name in project_files()
        if name in {"README.md", "CHANGELOG.md", "protocol/PROTOCOL.md"}
        or (name.startswith(("docs/", "editors/")) and name.endswith(".md"))
    ]


@functools.cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(text_of(name), filename=name)


@functools.cache
def walk_with_owner(name: str) -> Sequence[tuple[str, ast.AST]]:
    """Every node of a module with the dotted name of the function or class it stands in.

    But for those that say how a name is used or which operator it is: they hold nothing.
    """
    found: list[tuple[str, ast.AST]] = []
    pending: list[tuple[str, ast.AST]] = [("", tree_of(name))]
    while pending:
        owner, node = pending.pop()
        found.append((owner, node))
        if isinstance(node, _OWNERS):
            owner = f"{owner}.{node.name}".lstrip(".")
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                pending.extend((owner, each) for each in value if isinstance(each, ast.AST))
            elif isinstance(value, ast.AST) and not isinstance(value, _EMPTY):
                pending.append((owner, value))
    return found


_OWNERS: Final = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_EMPTY: Final = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop)


def called_name(node: ast.AST) -> str:
    """`module.function` of a call as it is written; empty for anything else."""
    return _dotted(node.func) if isinstance(node, ast.Call) else ""


def _dotted(node: ast.expr) -> str:
    """As `ast.unparse` writes it, which takes its time over what is nearly always a plain name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name() | ast.Attribute() as owner, attr=name):
            return f"{_dotted(owner)}.{name}"
        case _:
            return ast.unparse(node)
