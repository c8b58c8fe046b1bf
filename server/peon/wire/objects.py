"""Objects and arrays on the wire: attrs classes, tuples, and mappings with names that are data."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args, get_origin

import attrs
from cattrs import Converter, IterableValidationError, IterableValidationNote
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from peon.wire.hooks import StructureHook, UnstructureHook, camel_case
from peon.wire.problems import NOT_FITTING, Misfit, shortened
from peon.wire.strict import json_name
from peon_protocol.values import JsonValue

TAG: Final = "type"
"""The member that says which of a union's classes an object is."""


def register(converter: Converter) -> None:
    """Make `converter` read and write attrs classes, tuples and mappings."""
    converter.register_structure_hook_factory(attrs.has, _object_structurer)
    converter.register_unstructure_hook_factory(attrs.has, _object_unstructurer)
    converter.register_structure_hook_factory(_is_tuple, _array_structurer)
    converter.register_unstructure_hook_factory(_is_tuple, _array_unstructurer)
    converter.register_structure_hook_factory(_is_mapping, _mapping_structurer)
    converter.register_unstructure_hook_factory(_is_mapping, _mapping_unstructurer)


def is_tagged(kind: object) -> bool:
    """Whether objects of this class carry a tag. The type of an event stands in its envelope."""
    return hasattr(kind, "TYPE") and not hasattr(kind, "SCHEMA")


def renamed(kind: type[attrs.AttrsInstance]) -> dict[str, Any]:
    """The wire names of a class's attributes, as cattrs wants to be told."""
    return {each.name: override(rename=camel_case(each.name)) for each in attrs.fields(kind)}


def _object_structurer(kind: Any, converter: Converter) -> StructureHook:
    members = make_dict_structure_fn(kind, converter, **renamed(kind))
    if is_tagged(kind):
        return _tagged_structurer(kind, members)

    def structure_object(raw: JsonValue, _: object) -> Any:
        if not isinstance(raw, dict):
            raise Misfit(f"expected object, got {json_name(raw)}")
        return members(raw)

    return structure_object


def _tagged_structurer(kind: Any, members: Callable[[dict[str, JsonValue]], Any]) -> StructureHook:
    def structure_tagged_object(raw: JsonValue, _: object) -> Any:
        if not isinstance(raw, dict):
            raise Misfit(f"expected object, got {json_name(raw)}")
        if raw.get(TAG) != kind.TYPE:
            raise Misfit(f"expected {kind.TYPE}", at=f".{TAG}")
        return members({name: each for name, each in raw.items() if name != TAG})

    return structure_tagged_object


def _object_unstructurer(kind: Any, converter: Converter) -> UnstructureHook:
    members: Callable[[Any], dict[str, JsonValue]]
    members = make_dict_unstructure_fn(kind, converter, **renamed(kind))
    if not is_tagged(kind):
        return members

    def unstructure_tagged_object(value: Any) -> JsonValue:
        return {TAG: kind.TYPE, **members(value)}

    return unstructure_tagged_object


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _array_structurer(kind: object, converter: Converter) -> StructureHook:
    element = get_args(kind)[0]
    hook = converter.get_structure_hook(element)

    def structure_array(raw: JsonValue, _: object) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Misfit(f"expected array, got {json_name(raw)}")
        made, errors = [], []
        for index, each in enumerate(raw):
            try:
                made.append(hook(each, element))
            except NOT_FITTING as error:
                error.add_note(IterableValidationNote("", index, element))
                errors.append(error)
        if errors:
            raise IterableValidationError("", errors, tuple)
        return tuple(made)

    return structure_array


def _array_unstructurer(kind: object, converter: Converter) -> UnstructureHook:
    hook = converter.get_unstructure_hook(get_args(kind)[0])
    if hook == identity:
        return list

    def unstructure_array(values: tuple[Any, ...]) -> JsonValue:
        return [hook(each) for each in values]

    return unstructure_array


def _is_mapping(kind: object) -> bool:
    return get_origin(kind) is Mapping


def _mapping_structurer(kind: object, converter: Converter) -> StructureHook:
    value = get_args(kind)[1]
    hook = converter.get_structure_hook(value)

    def structure_mapping(raw: JsonValue, _: object) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise Misfit(f"expected object, got {json_name(raw)}")
        made, errors = {}, []
        for name, each in raw.items():
            try:
                made[name] = hook(each, value)
            except NOT_FITTING as error:
                error.add_note(IterableValidationNote("", shortened(name), value))
                errors.append(error)
        if errors:
            raise IterableValidationError("", errors, dict)
        return made

    return structure_mapping


def _mapping_unstructurer(kind: object, converter: Converter) -> UnstructureHook:
    hook = converter.get_unstructure_hook(get_args(kind)[1])
    if hook == identity:
        return dict

    def unstructure_mapping(values: Mapping[str, Any]) -> JsonValue:
        return {name: hook(each) for name, each in values.items()}

    return unstructure_mapping
