"""What the sources of the data classes say about them, in the words of the wire."""

import ast
import inspect
import itertools
import re
from types import ModuleType

from peon.wire.hooks import camel_case

_QUOTED = re.compile(r"`([^`]+)`")


def docstring(thing: object) -> str:
    """The docstring of a class, with attributes called as they are on the wire."""
    return in_wire_words(inspect.getdoc(thing) or "")


def texts_after_assignments(module: ModuleType) -> dict[str, str]:
    """The string below each assignment, by name; in a class by `Class.NAME`."""
    tree = ast.parse(inspect.getsource(module))
    texts = _texts_in(tree.body, prefix="")
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            texts |= _texts_in(node.body, prefix=f"{node.name}.")
    return texts


def in_wire_words(text: str) -> str:
    """The text with every quoted snake_case name in camelCase."""
    return _QUOTED.sub(lambda found: f"`{_wire_word(found[1])}`", text)


def _wire_word(quoted: str) -> str:
    is_attribute = quoted.islower() and re.fullmatch(r"\w+", quoted)
    return camel_case(quoted) if is_attribute else quoted


def _texts_in(body: list[ast.stmt], prefix: str) -> dict[str, str]:
    texts = {}
    for node, following in itertools.pairwise(body):
        match node, following:
            case (
                ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                texts[prefix + name] = in_wire_words(inspect.cleandoc(text))
            case _:
                pass
    return texts
