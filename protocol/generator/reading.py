"""Reads the data classes into the shapes that every output is made of."""

import enum
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any, Final, Union, get_args, get_origin

import attrs

from generator.classes import ALIASES, MODULES, all_classes, name_of, written_by_clients
from generator.shapes import (
    Definition,
    EnvelopeDefinition,
    ErrorEntry,
    Flag,
    IdDefinition,
    JsonDefinition,
    ListOf,
    MapOf,
    Member,
    MethodEntry,
    Named,
    Nullable,
    ObjectDefinition,
    Payload,
    Protocol,
    Real,
    Shape,
    Text,
    UnionDefinition,
    Whole,
    Word,
    WordsDefinition,
)
from generator.texts import docstring, texts_after_assignments
from peon.wire import EVENT_TYPES, dumps, loads, unstructure
from peon.wire.hooks import camel_case
from peon_protocol import PROTOCOL_VERSION
from peon_protocol.events import StoredEvent
from peon_protocol.failures import FAILURE_CODES, ErrorCode, FailureKind
from peon_protocol.ids import ID_TYPES
from peon_protocol.methods import METHODS, Method
from peon_protocol.rejections import Rejection
from peon_protocol.values import JsonValue

_PRIMITIVES: Final[Mapping[Any, Shape]] = {
    str: Text(),
    int: Whole(),
    float: Real(),
    bool: Flag(),
}


def read_protocol() -> Protocol:
    """The protocol of this checkout."""
    return Protocol(
        version=PROTOCOL_VERSION,
        definitions=(
            *(IdDefinition(name=id_type.__name__) for id_type in ID_TYPES),
            *_unions(),
            *map(_definition, all_classes()),
        ),
        methods=tuple(map(_method, METHODS)),
        errors=(*map(_rejection, get_args(Rejection)), *map(_failure, FailureKind)),
    )


def _unions() -> Iterator[Definition]:
    texts = {
        name: text for module in MODULES for name, text in texts_after_assignments(module).items()
    }
    for alias, name in ALIASES.items():
        if alias == JsonValue:
            yield JsonDefinition(name=name, text=texts[name])
        else:
            choices = tuple(map(_shape, get_args(alias)))
            yield UnionDefinition(name=name, text=texts.get(name, ""), choices=choices)


def _definition(kind: Any) -> Definition:
    text = docstring(kind)
    if issubclass(kind, enum.Enum):
        return WordsDefinition(name=kind.__name__, text=text, words=tuple(_words(kind)))
    members = tuple(map(_member, attrs.fields(kind)))
    if kind is StoredEvent:
        payloads = tuple(map(_payload, EVENT_TYPES.values()))
        return EnvelopeDefinition(name=name_of(kind), text=text, members=members, payloads=payloads)
    return ObjectDefinition(
        name=name_of(kind),
        text=text,
        members=members,
        tag=None if hasattr(kind, "SCHEMA") else getattr(kind, "TYPE", None),
        from_client=kind in written_by_clients(),
    )


def _payload(kind: Any) -> Payload:
    return Payload(type=kind.TYPE, schema=kind.SCHEMA, definition=name_of(kind))


def _words(kind: type[enum.Enum]) -> Iterator[Word]:
    texts = texts_after_assignments(sys.modules[kind.__module__])
    for word in kind:
        yield Word(value=word.value, text=texts.get(f"{kind.__name__}.{word.name}", ""))


def _member(attribute: "attrs.Attribute[Any]") -> Member:
    default: Any = attribute.default
    if default is attrs.NOTHING:
        return Member(
            name=camel_case(attribute.name), shape=_shape(attribute.type), may_be_left_out=False
        )
    value = default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
    return Member(
        name=camel_case(attribute.name),
        shape=_shape(attribute.type),
        may_be_left_out=True,
        default=loads(dumps(unstructure(value))),
    )


def _shape(kind: Any) -> Shape:
    if kind in _PRIMITIVES:
        return _PRIMITIVES[kind]
    if kind in ALIASES:
        return Named(ALIASES[kind])
    if get_origin(kind) is tuple:
        return ListOf(_shape(get_args(kind)[0]))
    if get_origin(kind) is Mapping:
        return MapOf(_shape(get_args(kind)[1]))
    if get_origin(kind) in {Union, types.UnionType}:
        return _optional(kind)
    return Named(name_of(kind))


def _optional(union: Any) -> Shape:
    present = [each for each in get_args(union) if each is not types.NoneType]
    named = next((each for each in ALIASES if set(get_args(each)) == set(present)), None)
    if named is not None:
        return Nullable(_shape(named))
    if len(present) != 1:
        # The payload of an envelope: its definition says which type goes with which shape.
        return Named("JsonValue")
    return Nullable(_shape(present[0]))


def _method(method: Method) -> MethodEntry:
    return MethodEntry(
        name=method.name,
        direction=method.direction.value,
        kind=method.kind.value,
        summary=method.summary,
        params=name_of(method.params),
        result=None if method.result is None else name_of(method.result),
        errors=method.errors,
    )


def _rejection(kind: Any) -> ErrorEntry:
    return ErrorEntry(
        kind=kind.KIND,
        code=ErrorCode.REQUEST_FAILED,
        text=docstring(kind),
        remedy=kind.REMEDY,
        details=name_of(kind),
    )


def _failure(kind: FailureKind) -> ErrorEntry:
    code = FAILURE_CODES.get(kind, ErrorCode.REQUEST_FAILED)
    text = texts_after_assignments(sys.modules[FailureKind.__module__])[f"FailureKind.{kind.name}"]
    return ErrorEntry(kind=kind.value, code=code, text=text, remedy=None, details=None)
