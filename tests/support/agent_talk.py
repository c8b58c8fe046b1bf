"""Whatever agents may write: messages that are right, nearly right, and none at all."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Message = dict[str, Any]

TEXT = st.sampled_from(["", "a", "ok\n", "\ud83d", "\N{GRINNING FACE}", "x" * 300, "-----BEGIN"])
NAMES = st.sampled_from(["t1", "t2", "t3"])
NUMBERS = st.sampled_from([0, 1, -1, 7, 2**70])
ANY_ID = st.one_of(NUMBERS, NAMES, st.sampled_from(["", True, None, 1.5]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.floats(allow_nan=False), TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
JUNK = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"", b"null", b"[]", b'{"id":true}', b'{"method":1}', b"[" * 2_000, b"\xff{"]),
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Message]:
    """An object with these fields, of which any may be left out."""
    return st.fixed_dictionaries({}, optional=fields)


def whole(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Message]:
    """An object with all of these fields."""
    return st.fixed_dictionaries(fields)


def lines(right: st.SearchStrategy[Message]) -> st.SearchStrategy[bytes]:
    """Lines of an agent whose right messages are these."""
    encoded = st.one_of(right, spoilt(right)).map(lambda each: json.dumps(each).encode())
    return st.one_of(encoded, encoded, encoded, encoded, JUNK).map(lambda line: line + b"\n")


@st.composite
def spoilt(draw: Callable[..., Any], right: st.SearchStrategy[Message]) -> Message:
    """A message in which one thing, however deep, is something else."""
    message: Message = json.loads(json.dumps(draw(right)))
    place: Any = message
    for _ in range(draw(st.integers(0, 4))):
        inner = [each for each in _inside(place) if isinstance(each, dict | list) and each]
        if not inner:
            break
        place = draw(st.sampled_from(inner))
    if isinstance(place, dict) and place:
        place[draw(st.sampled_from(sorted(place)))] = draw(JSON)
    elif isinstance(place, list) and place:
        place[draw(st.integers(0, len(place) - 1))] = draw(JSON)
    return message


def _inside(place: Any) -> list[Any]:
    return list(place.values()) if isinstance(place, dict) else list(place)


@st.composite
def pieces(draw: Callable[..., Any], said: st.SearchStrategy[bytes]) -> list[bytes]:
    """What it writes, cut anywhere."""
    data = b"".join(draw(st.lists(said, max_size=8)))
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=5)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]
