"""Nothing the rules can say is without a test: read off the tests themselves.

They are read when they are first asked about, for each worker collects this module.
"""

import ast
import functools
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import get_args

import pytest

from peon.domain.commands import InternalCommand
from peon.domain.effects import Effect
from peon_protocol.commands import Command
from peon_protocol.events import Event
from peon_protocol.failures import FailureKind
from peon_protocol.methods import METHODS, Method, MethodKind
from peon_protocol.rejections import (
    CommandIdReused,
    FolderNotNamed,
    LoginMethodUnknown,
    OperationMismatch,
    OperationNotCancellable,
    Rejection,
)
from support import story

# Refusals that are not the rules' to give, and who gives them.
OF_OTHERS = {
    CommandIdReused.KIND: "the engine, which keeps the receipts",
    FolderNotNamed.KIND: "the queries about a folder",
    LoginMethodUnknown.KIND: "the provider, which asks its agent",
    OperationMismatch.KIND: "the request to stop an operation: see test_cancelling.py",
    OperationNotCancellable.KIND: "the same",
    **{kind.value: "the reactor that performs the operation" for kind in FailureKind},
}
# What takes the place of an event that was decided once.
NEVER_DECIDED = {"EventErased"}
COMMANDS = [method for method in METHODS if method.kind is MethodKind.COMMAND]
REJECTIONS = {kind.KIND: kind.__name__ for kind in get_args(Rejection)}


@functools.cache
def trees() -> Sequence[ast.Module]:
    return [ast.parse(path.read_text("utf-8")) for path in Path(__file__).parent.glob("test_*.py")]


@functools.cache
def calls() -> Sequence[ast.Call]:
    return [node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _links(verb: str) -> Iterator[ast.Call]:
    """Every `.verb(...)` of a chain."""
    return (call for call in calls() if _verb(call) == verb)


def _verb(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _command_of(link: ast.Call) -> str:
    """The class of the command that the chain of a link begins with: `.when(Command(...))`."""
    call = link
    while isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
        call = call.func.value
        if _verb(call) == "when":
            return _made_by(call.args[0])
    return ""


def _made_by(node: ast.AST) -> str:
    """The class, or the function, that makes what an expression stands for."""
    if isinstance(node, ast.Name):
        return assigned().get(node.id, "")
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return ""
    return "IngestProviderEvent" if node.func.id == "says" else node.func.id


@functools.cache
def assigned() -> Mapping[str, str]:
    """By variable, what made its value."""
    return {
        node.targets[0].id: node.value.func.id
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
    }


@functools.cache
def makers() -> Mapping[str, AbstractSet[str]]:
    """By function, what it makes."""
    of_the_story = ast.parse(Path(story.__file__).read_text("utf-8"))
    return {
        function.name: {_made_by(node) for node in ast.walk(function) if isinstance(node, ast.Call)}
        for tree in (of_the_story, *trees())
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
    }


@functools.cache
def accepted() -> AbstractSet[str]:
    return {_command_of(link) for verb in ("then", "then_it_is") for link in _links(verb)}


@functools.cache
def refused() -> AbstractSet[tuple[str, str]]:
    return {(_command_of(link), _made_by(link.args[0])) for link in _links("refused")}


@functools.cache
def expected() -> AbstractSet[str]:
    return {
        name
        for verb in ("then", "reacts")
        for link in _links(verb)
        for argument in link.args
        for name in makers().get(_made_by(argument), {_made_by(argument)})
    }


@pytest.mark.parametrize("union", [Command, InternalCommand], ids=["of clients", "internal"])
def test_every_command_is_accepted_somewhere(union: object):
    assert _names(union) - accepted() == set()


@pytest.mark.parametrize("method", COMMANDS, ids=lambda method: method.name)
def test_every_command_is_refused_for_every_reason_of_its_table(method: Method):
    of_the_rules = [kind for kind in method.errors if kind not in OF_OTHERS]
    in_the_table = {(method.params.__name__, REJECTIONS[kind]) for kind in of_the_rules}

    assert in_the_table - refused() == set()


def test_every_refusal_stands_in_the_table_of_its_command():
    kind_of = {name: kind for kind, name in REJECTIONS.items()}
    listed = {(method.params.__name__, kind) for method in COMMANDS for kind in method.errors}

    assert {(name, kind_of[rejection]) for name, rejection in refused()} - listed == set()


def test_every_rejection_is_given_or_somebody_else_s():
    given_here = {rejection for _, rejection in refused()}
    elsewhere = {name for kind, name in REJECTIONS.items() if kind in OF_OTHERS}

    assert given_here | elsewhere == set(REJECTIONS.values())
    assert given_here & elsewhere == set()


@pytest.mark.parametrize("union", [Event, Effect], ids=["events", "effects"])
def test_every_event_and_every_effect_is_expected_somewhere(union: object):
    assert _names(union) - expected() - NEVER_DECIDED == set()


def _names(union: object) -> set[str]:
    return {kind.__name__ for kind in get_args(union)}
