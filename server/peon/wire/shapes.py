"""Structuring and unstructuring for callers that need to know nothing of converters."""

from collections.abc import Callable
from typing import Final, TypeVar

from peon.wire.converter import make_converter
from peon.wire.hooks import UnstructureHook
from peon.wire.problems import NOT_FITTING, ParamsInvalid, problems
from peon_protocol.values import JsonValue

T = TypeVar("T")

_CONVERTER: Final = make_converter()


def structure(raw: JsonValue, kind: type[T], *, root: str = "$.params") -> T:
    """Make a `kind` of JSON. Raises ParamsInvalid, whose problems name paths under `root`."""
    try:
        return _CONVERTER.structure(raw, kind)
    except NOT_FITTING as error:
        raise ParamsInvalid(problems(error, root)) from None


def structurer(kind: type[T], *, root: str = "$.params") -> Callable[[JsonValue], T]:
    """As `structure`, for those who make a great many of one kind."""
    hook = _CONVERTER.get_structure_hook(kind)

    def structure_kind(raw: JsonValue) -> T:
        try:
            made: T = hook(raw, kind)
        except NOT_FITTING as error:
            raise ParamsInvalid(problems(error, root)) from None
        return made

    return structure_kind


def unstructure(value: object) -> JsonValue:
    """The JSON of an instance of one of the protocol's classes."""
    made: JsonValue = _CONVERTER.unstructure(value)
    return made


def unstructurer(kind: type) -> UnstructureHook:
    """What makes JSON of instances of `kind`, found once: for those who make a great deal."""
    return _CONVERTER.get_unstructure_hook(kind)
