"""JSON that stays text: parts of a larger value that are neither read nor written again."""

from typing import Any, Final

import msgspec
import orjson

_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def already_json(data: bytes) -> Any:
    """Stands for the JSON that `data` is, wherever `dumps` finds it in a value."""
    return orjson.Fragment(data)


def split_object(data: bytes) -> dict[str, bytes]:
    """The members of a JSON object, each as its own JSON. Raises ValueError for anything else."""
    # What is taken out is copied: a slice would keep the whole in memory.
    return {name: bytes(each) for name, each in _members.decode(data).items()}
