"""What the rules may know of the world: values, gathered at the edge when a command arrives."""

from typing import Final, TypeAlias

import attrs

from peon_protocol.rejections import ProviderNeedsLogin, ProviderNotAvailable
from peon_protocol.values import Actor, ActorKind, Mode, Usage

ProviderObstacle: TypeAlias = ProviderNotAvailable | ProviderNeedsLogin


@attrs.frozen
class RootFact:
    """A folder after resolving links. `problem` completes «it …» where it cannot be a project."""

    path: str
    problem: str | None = None


@attrs.frozen
class Places:
    """Where the paths that an agent's request names lie, links resolved.

    `inside` are those in the workspace, relative to it, and `shown` all of them, the others as they
    were told. `outside` says that there are others, and `private` that one is among the server's
    own files.
    """

    inside: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    outside: bool = False
    private: bool = False


@attrs.frozen
class Takes:
    """What a provider takes in a prompt, as far as it is known: the types of content blocks, and
    how many characters of text.
    """

    content: frozenset[str] | None = None
    text: int | None = None


@attrs.frozen
class LiteralSecret:
    """A secret stands in the description of a server, and where."""

    server: str
    place: str


@attrs.frozen
class ProviderFacts:
    """The providers there are, the one taken when none is named, and the modes some cannot keep.

    `obstacle` is what keeps the provider that a command would use from being used, and `takes` what
    that one takes.
    Those in `steerable` take messages while they are at work.
    """

    ids: frozenset[str]
    default: str
    unsupported: frozenset[tuple[str, Mode]] = frozenset()
    obstacle: ProviderObstacle | None = None
    steerable: frozenset[str] = frozenset()
    takes: Takes | None = None


@attrs.frozen(kw_only=True)
class Facts:
    """The world at the moment a command is decided.

    `fresh_id` has never been used; a rule derives every id it needs from this one. `root` is set
    for CreateProject, `places` for what an agent asks leave for, `usage` where one was reported of
    the turn that ends, `literal_secret` where servers hold one.
    """

    fresh_id: str
    actor: Actor
    providers: ProviderFacts
    root: RootFact | None = None
    places: Places = Places()
    usage: Usage | None = None
    literal_secret: LiteralSecret | None = None


NOTHING: Final = Facts(
    fresh_id="",
    actor=Actor(ActorKind.SERVER, ""),
    providers=ProviderFacts(frozenset(), ""),
)
"""What the rules are told of the world where an outcome is recorded: nothing, they need none."""
