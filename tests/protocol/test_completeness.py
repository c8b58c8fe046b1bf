"""Table, schema, document and examples tell of the same things: nothing missing, nothing extra."""

import json
import re
from typing import Any, get_args

import pytest

from generator.classes import all_classes, name_of
from generator.document import BLOCK
from generator.reading import read_protocol
from generator.shapes import UnionDefinition
from peon.wire import EVENT_TYPES
from peon_protocol import commands, methods, rejections
from peon_protocol.events import Event
from peon_protocol.failures import FailureKind
from peon_protocol.ids import ID_TYPES
from peon_protocol.methods import METHODS, METHODS_BY_NAME, Direction, MethodKind
from peon_protocol.provider_events import ProviderEvent
from peon_protocol.rejections import Rejection
from support.sources import ROOT

PROTOCOL = ROOT / "protocol"
SCHEMA: dict[str, Any] = json.loads((PROTOCOL / "schema.json").read_text(encoding="utf-8"))
DOCUMENT = (PROTOCOL / "PROTOCOL.md").read_text(encoding="utf-8")

REQUESTS = {each.name for each in METHODS if each.direction is Direction.REQUEST}
NOTIFICATIONS = {each.name for each in METHODS if each.direction is Direction.NOTIFICATION}
KINDS = {each.KIND for each in get_args(Rejection)} | {kind.value for kind in FailureKind}


def example_names(folder: str) -> set[str]:
    return {path.stem for path in (PROTOCOL / "examples" / folder).glob("*.json")}


def blocks(kind: str) -> list[str]:
    """The names in the document's blocks of a kind, in order."""
    headings = [match[2].split() for match in BLOCK.finditer(DOCUMENT)]
    return [name for found, *names in headings if found == kind for name in names]


def test_every_method_is_in_the_table_once():
    assert len(METHODS) == len(METHODS_BY_NAME)


def test_every_command_is_one_method_and_the_other_way_round():
    of_the_table = [each.params for each in METHODS if each.kind is MethodKind.COMMAND]
    assert sorted(map(repr, of_the_table)) == sorted(map(repr, get_args(commands.Command)))


def test_every_error_of_the_table_is_a_kind():
    named = {kind for each in METHODS for kind in each.errors}
    assert named <= KINDS


def test_every_refusal_is_one_that_some_method_gives():
    named = {kind for each in METHODS for kind in each.errors}
    assert {each.KIND for each in get_args(Rejection)} - named == set()


def test_every_refusal_has_a_kind_of_its_own():
    kinds = [each.KIND for each in get_args(Rejection)]
    assert len(set(kinds)) == len(kinds)
    assert not set(kinds) & {kind.value for kind in FailureKind}


def test_the_union_of_refusals_has_every_class_of_the_package():
    public = {getattr(rejections, name) for name in rejections.__all__ if name != "Rejection"}
    assert set(get_args(Rejection)) == public


def test_the_schema_has_the_table():
    assert list(SCHEMA["methods"]) == [each.name for each in METHODS]
    for each in METHODS:
        entry = SCHEMA["methods"][each.name]
        assert entry["direction"] == each.direction
        assert entry["params"] == {"$ref": f"#/$defs/{name_of(each.params)}"}
        assert (entry["result"] is None) == (each.direction is Direction.NOTIFICATION)
        assert entry["errors"] == list(each.errors)


def test_the_schema_has_every_event_and_every_kind():
    assert set(SCHEMA["events"]) == set(EVENT_TYPES) == {each.TYPE for each in get_args(Event)}
    assert set(SCHEMA["errors"]) == KINDS


def test_the_schema_defines_every_class_and_nothing_else():
    unions = {
        each.name for each in read_protocol().definitions if isinstance(each, UnionDefinition)
    }
    wanted = {name_of(kind) for kind in all_classes()} | {kind.__name__ for kind in ID_TYPES}
    assert set(SCHEMA["$defs"]) == wanted | unions | {"JsonValue"}


def test_every_definition_has_a_name_of_its_own():
    names = [each.name for each in read_protocol().definitions]
    assert len(set(names)) == len(names)


def test_every_reference_leads_to_a_definition():
    named = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMA)))
    assert named <= set(SCHEMA["$defs"])


def test_there_is_an_example_of_everything():
    assert example_names("requests") == {name.replace("/", ".") for name in REQUESTS}
    assert example_names("notifications") == {name.replace("/", ".") for name in NOTIFICATIONS}
    assert example_names("provider-events") == {each.TYPE for each in get_args(ProviderEvent)}
    assert example_names("errors") == KINDS


def test_there_is_an_example_of_every_schema_of_every_event():
    wanted = {
        f"{name}.{schema}"
        for name, kind in EVENT_TYPES.items()
        for schema in range(1, kind.SCHEMA + 1)
    }
    assert example_names("events") == wanted


@pytest.mark.parametrize(
    "kind,wanted",
    [
        ("method", REQUESTS),
        ("notification", NOTIFICATIONS),
        ("event", set(EVENT_TYPES)),
        ("provider-event", {each.TYPE for each in get_args(ProviderEvent)}),
    ],
)
def test_the_document_describes_each_once(kind: str, wanted: set[str]):
    described = blocks(kind)
    assert sorted(described) == sorted(wanted)


def test_the_document_describes_every_definition():
    by_blocks = (
        {name for each in METHODS for name in (each.params, each.result) if name is not None}
        | set(get_args(Event))
        | set(get_args(ProviderEvent))
        | set(get_args(Rejection))
    )
    described = {name_of(kind) for kind in by_blocks} | set(blocks("types"))
    assert set(SCHEMA["$defs"]) - described == set()


def test_the_table_stands_for_the_wire_only():
    assert set(vars(methods)["METHODS"]) == set(METHODS_BY_NAME.values())
