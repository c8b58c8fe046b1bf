"""The protocol as every output sees it: definitions with wire names, free of Python."""

from typing import TypeAlias

import attrs

from peon_protocol.values import JsonValue


@attrs.frozen
class Text:
    """A string."""


@attrs.frozen
class Whole:
    """A whole number."""


@attrs.frozen
class Real:
    """A number."""


@attrs.frozen
class Flag:
    """True or false."""


@attrs.frozen
class Named:
    """What is defined elsewhere under `name`."""

    name: str


@attrs.frozen
class ListOf:
    """An array of one kind of thing."""

    item: "Shape"


@attrs.frozen
class MapOf:
    """An object whose members all hold one kind of thing, under names that are data."""

    value: "Shape"


@attrs.frozen
class Nullable:
    """The shape, or null."""

    inner: "Shape"


Shape: TypeAlias = Text | Whole | Real | Flag | Named | ListOf | MapOf | Nullable


@attrs.frozen(kw_only=True)
class Member:
    """A member of an object. One that may be left out takes `default`."""

    name: str
    shape: Shape
    may_be_left_out: bool
    default: JsonValue = None


@attrs.frozen(kw_only=True)
class IdDefinition:
    """An opaque string that names something."""

    name: str


@attrs.frozen(kw_only=True)
class Word:
    """One word of a closed set. `text` explains it, or is empty."""

    value: str | int
    text: str


@attrs.frozen(kw_only=True)
class WordsDefinition:
    """A closed set of words."""

    name: str
    text: str
    words: tuple[Word, ...]


@attrs.frozen(kw_only=True)
class ObjectDefinition:
    """An object. `tag` is the constant that its member `type` holds, where it is tagged.

    `from_client` says whether clients write such objects. Those the server writes are always whole.
    """

    name: str
    text: str
    members: tuple[Member, ...]
    tag: str | None
    from_client: bool


@attrs.frozen(kw_only=True)
class UnionDefinition:
    """One of several shapes."""

    name: str
    text: str
    choices: tuple[Shape, ...]


@attrs.frozen(kw_only=True)
class JsonDefinition:
    """Any JSON."""

    name: str
    text: str


@attrs.frozen(kw_only=True)
class EnvelopeDefinition:
    """An object whose member `payload` has the shape that its member `type` says."""

    name: str
    text: str
    members: tuple[Member, ...]
    payloads: tuple["Payload", ...]


@attrs.frozen(kw_only=True)
class Payload:
    """What the payload of an event is, by the event's type and schema."""

    type: str
    schema: int
    definition: str


Definition: TypeAlias = (
    IdDefinition
    | WordsDefinition
    | ObjectDefinition
    | UnionDefinition
    | JsonDefinition
    | EnvelopeDefinition
)


@attrs.frozen(kw_only=True)
class MethodEntry:
    """A line of the table of methods."""

    name: str
    direction: str
    kind: str
    summary: str
    params: str
    result: str | None
    errors: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ErrorEntry:
    """A kind of error. `details` names the definition of a rejection's fields."""

    kind: str
    code: int
    text: str
    remedy: str | None
    details: str | None


@attrs.frozen(kw_only=True)
class Protocol:
    """All of it, in the order in which it is presented."""

    version: int
    definitions: tuple[Definition, ...]
    methods: tuple[MethodEntry, ...]
    errors: tuple[ErrorEntry, ...]

    def find(self, name: str) -> Definition:
        """The definition of that name. Raises KeyError."""
        return {each.name: each for each in self.definitions}[name]

    @property
    def payloads(self) -> tuple[Payload, ...]:
        """What every type of event holds."""
        envelopes = (each for each in self.definitions if isinstance(each, EnvelopeDefinition))
        return tuple(payload for envelope in envelopes for payload in envelope.payloads)
