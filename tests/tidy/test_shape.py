"""The shape of the code: how large, how named, how introduced."""

import ast
import re

from support.sources import python_files, text_of, tree_of, walk_with_owner

LONGEST_FILE = 400
LONGEST_TEST_FILE = 500  # a specification reads from top to bottom
LONGEST_FUNCTION = 40

# These words say nothing about what a class is.
EMPTY_WORDS = frozenset(
    {"Manager", "Helper", "Util", "Utils", "Base", "Abstract", "Impl", "Data", "Info"}
)


def test_every_module_opens_with_a_docstring():
    silent = [name for name in python_files() if not ast.get_docstring(tree_of(name))]
    assert silent == []


def test_every_package_states_its_invariant():
    packages = [
        name
        for name in python_files("server/peon/", "protocol/")
        if name.endswith("/__init__.py") and name != "server/peon/__init__.py"
    ]
    vague = [
        name for name in packages if "Invariant" not in (ast.get_docstring(tree_of(name)) or "")
    ]
    assert vague == []


def test_no_file_is_too_long_to_hold_in_mind():
    lengths = {name: text_of(name).count("\n") for name in python_files()}
    assert {name: n for name, n in lengths.items() if n > _longest(name)} == {}


def _longest(name: str) -> int:
    return LONGEST_TEST_FILE if name.startswith("tests/") else LONGEST_FILE


def test_no_function_is_too_long_to_see_at_once():
    lengths = {
        f"{name}:{node.lineno} {node.name}": _length(node)
        for name in python_files()
        for _, node in walk_with_owner(name)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_class_names_say_what_a_thing_is():
    vague = [
        f"{name}:{node.lineno} {node.name}"
        for name in python_files()
        for _, node in walk_with_owner(name)
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS & set(_words(node.name))
    ]
    assert vague == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def _words(camel_case: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", camel_case)
