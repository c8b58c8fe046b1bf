"""Each kind of effect has its place: tasks, time, chance, and errors that may be anything."""

import ast
import re

from support.sources import STAND_ALONE, called_name, python_files, text_of, walk_with_owner

# Where an error of any kind may be caught, and why. Everywhere else it goes on to one of these.
BOUNDARIES = {
    "server/peon/journal/group.py::GroupCommit._run": (
        "the edge of the writer's thread: whatever it is, nothing more may be acknowledged"
    ),
    "server/peon/rpc/failures.py::Boundary.attempt": (
        "a request that fails while it is handled is answered, with a reference into the log file"
    ),
    "server/peon/rpc/failures.py::Boundary.attempt_later": (
        "the same, for an answer that comes later"
    ),
    "server/peon/reactors/lanes.py::Lanes._do": (
        "a bug in one piece of work ends it as failed, and its thread goes on"
    ),
}

MAKES_TASKS = ("create_task", "ensure_future", "run_coroutine_threadsafe")
READS_THE_CLOCK = re.compile(
    r"(.*\.)?(datetime|date)\.(now|utcnow|today)|time\.(time|monotonic|perf_counter)(_ns)?"
)
MEASURES = ("tests/bench/", "tests/editors/vscode/figures.py")
DRAWS_LOTS = re.compile(r"(random|secrets|uuid)\..*")
SLEEPS = re.compile(r"((time|asyncio|anyio)\.)?sleep")


def test_anything_is_caught_only_at_a_named_boundary():
    caught = {
        f"{name}::{owner}"
        for name in python_files("server/", "protocol/")
        for owner, node in walk_with_owner(name)
        if _catches_anything(node)
    }
    assert caught == set(BOUNDARIES)


def test_the_architecture_page_names_every_boundary():
    page = text_of("docs/architecture.md")
    places = [name.removeprefix("server/peon/").split("::") for name in BOUNDARIES]
    assert [place for place in places if f"`{place[0]}`, `{place[1]}`" not in page] == []


def test_tasks_are_made_only_where_they_get_an_owner():
    """The owner is `TaskOwner`, or a group that cannot be left before its tasks have ended."""
    forgotten = [
        f"{name}:{node.lineno}"
        for name in python_files("server/")
        if name != "server/peon/runtime/tasks.py"
        for _, node in walk_with_owner(name)
        if isinstance(node, ast.Call) and _makes_task(node) and not _in_group(node, name)
    ]
    assert forgotten == []


def test_the_clock_is_read_in_one_place():
    assert _who_calls(READS_THE_CLOCK) <= {"server/peon/runtime/clock.py"}


def test_lots_are_drawn_in_one_place():
    assert _who_calls(DRAWS_LOTS) <= {"server/peon/runtime/ids.py"}


def test_no_test_sleeps():
    """A benchmark is a program and no test: one measures how late a sleeper wakes."""
    sleepers = [
        f"{name}:{node.lineno}"
        for name in python_files("tests/")
        if not name.startswith(MEASURES)
        for _, node in walk_with_owner(name)
        if isinstance(node, ast.Call) and _sleeps(node)
    ]
    assert sleepers == []


def _makes_task(call: ast.Call) -> bool:
    return called_name(call).rpartition(".")[2] in MAKES_TASKS


def _in_group(call: ast.Call, name: str) -> bool:
    """Whether a named task is made by a variable that the module bound to a TaskGroup."""
    groups = {
        ast.unparse(item.optional_vars)
        for _, node in walk_with_owner(name)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if item.optional_vars and called_name(item.context_expr).endswith("TaskGroup")
    }
    is_named = any(keyword.arg == "name" for keyword in call.keywords)
    return is_named and called_name(call).rpartition(".")[0] in groups


def _who_calls(pattern: re.Pattern[str]) -> set[str]:
    return {
        name
        for name, call in _calls("server/", "protocol/")
        if pattern.fullmatch(call) and not name.startswith(STAND_ALONE)
    }


def _calls(*prefixes: str) -> list[tuple[str, str]]:
    return [
        (name, call)
        for name in python_files(*prefixes)
        for _, node in walk_with_owner(name)
        if (call := called_name(node))
    ]


def _catches_anything(node: ast.AST) -> bool:
    """Whether this is an `except`, or a `suppress`, that takes every error."""
    match node:
        case ast.ExceptHandler(type=None):
            return True
        case ast.ExceptHandler(type=kinds):
            return _names_everything(kinds)
        case ast.Call(args=kinds) if called_name(node).endswith("suppress"):
            return any(_names_everything(kind) for kind in kinds)
        case _:
            return False


def _names_everything(kinds: ast.AST | None) -> bool:
    names = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    return any(
        isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in names
    )


def _sleeps(call: ast.Call) -> bool:
    """Giving way to the loop once, `sleep(0)`, is not sleeping."""
    gives_way = [ast.unparse(argument) for argument in call.args] == ["0"]
    return bool(SLEEPS.fullmatch(called_name(call))) and not gives_way
