"""Unions on the wire: null or not, told apart by the kind of JSON, or by a tag in `type`."""

import types
from collections.abc import Sequence
from typing import Any, Union, get_args, get_origin

from cattrs import Converter
from cattrs.fns import identity

from peon.wire.hooks import StructureHook, UnstructureHook
from peon.wire.objects import TAG, is_tagged
from peon.wire.problems import Misfit
from peon.wire.strict import json_name
from peon_protocol.values import JsonValue


def register(converter: Converter) -> None:
    """Make `converter` read and write unions."""
    converter.register_structure_hook_factory(_is_union, _union_structurer)
    converter.register_unstructure_hook_factory(_is_union, _union_unstructurer)


def _is_union(kind: object) -> bool:
    return get_origin(kind) in {Union, types.UnionType}


def _union_structurer(union: object, converter: Converter) -> StructureHook:
    members = [member for member in get_args(union) if member is not types.NoneType]
    match members:
        case [member]:
            hook, target = converter.get_structure_hook(member), member
        case _ if all(map(is_tagged, members)):
            hook, target = _by_tag(members, converter), union
        case _:
            hook, target = _by_kind(members, converter), union
    if len(members) == len(get_args(union)):
        return hook

    def structure_unless_null(raw: JsonValue, _: object) -> Any:
        return None if raw is None else hook(raw, target)

    return structure_unless_null


def _by_tag(members: Sequence[Any], converter: Converter) -> StructureHook:
    hooks = {member.TYPE: (converter.get_structure_hook(member), member) for member in members}
    expected = "expected one of " + ", ".join(hooks)

    def structure_tagged(raw: JsonValue, _: object) -> Any:
        if not isinstance(raw, dict):
            raise Misfit(f"expected object, got {json_name(raw)}")
        tag = raw.get(TAG)
        if not isinstance(tag, str) or tag not in hooks:
            raise Misfit(expected, at=f".{TAG}")
        hook, member = hooks[tag]
        return hook(raw, member)

    return structure_tagged


def _by_kind(members: Sequence[Any], converter: Converter) -> StructureHook:
    """Text or a list of something: no two members may be the same kind of JSON."""
    hooks = {
        list if get_origin(member) is tuple else member: (
            converter.get_structure_hook(member),
            member,
        )
        for member in members
    }
    expected = "expected " + " or ".join(map(json_name, (kind() for kind in hooks)))

    def structure_kind(raw: JsonValue, _: object) -> Any:
        if type(raw) not in hooks:
            raise Misfit(f"{expected}, got {json_name(raw)}")
        hook, member = hooks[type(raw)]
        return hook(raw, member)

    return structure_kind


def _union_unstructurer(union: object, converter: Converter) -> UnstructureHook:
    members = [member for member in get_args(union) if member is not types.NoneType]
    if len(members) == 1:
        hook = converter.get_unstructure_hook(members[0])
        if hook == identity:
            # As `None` is its own JSON too, there is nothing to do, and cattrs leaves out the call.
            return identity

        def unstructure_unless_none(value: Any) -> JsonValue:
            return None if value is None else hook(value)

        return unstructure_unless_none

    hooks = {get_origin(each) or each: converter.get_unstructure_hook(each) for each in members}

    def unstructure_member(value: Any) -> JsonValue:
        return None if value is None else hooks[type(value)](value)

    return unstructure_member
