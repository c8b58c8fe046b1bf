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


_CHOICE = whole(const=NAMES, title=TEXT)
PROPERTY = st.one_of(
    st.builds(
        lambda kind, more: {"type": kind, **more},
        st.sampled_from(["string", "integer", "number", "boolean"]),
        some(
            title=TEXT,
            description=TEXT,
            default=st.one_of(TEXT, NUMBERS, st.booleans()),
            format=st.sampled_from(["email", "password", "date", "of tomorrow"]),
            minLength=NUMBERS,
            maximum=NUMBERS,
            pattern=st.sampled_from([".+", "["]),
        ),
    ),
    whole(type=st.just("string"), enum=st.lists(NAMES, max_size=3)),
    whole(type=st.just("string"), oneOf=st.lists(_CHOICE, max_size=3)),
    whole(
        type=st.just("array"),
        items=whole(anyOf=st.lists(_CHOICE, max_size=3)) | whole(enum=st.lists(NAMES)),
        minItems=NUMBERS,
    ),
)
FORM = whole(
    mode=st.just("form"),
    sessionId=st.just("s"),
    message=TEXT,
    requestedSchema=whole(
        type=st.just("object"),
        properties=st.dictionaries(st.sampled_from(["a", "b", "token", ""]), PROPERTY, max_size=3),
        required=st.lists(st.sampled_from(["a", "b", "c"]), max_size=2),
    ),
)
"""A question with fields."""
PAGE = whole(
    mode=st.just("url"),
    sessionId=st.just("s"),
    message=TEXT,
    elicitationId=NAMES,
    url=st.sampled_from(
        ["https://garden.example/in?a=1", "http://[", "javascript:alert(1)", "https://a@b/", ""]
    ),
)
"""A question by a web page."""


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
