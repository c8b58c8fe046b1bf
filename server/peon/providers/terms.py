"""On what terms we deal with a kind of agent."""

import enum

import attrs

from peon.providers.logins import Logins


@attrs.frozen(kw_only=True)
class Patience:
    """How long an agent may take, in seconds."""

    greet: float = 60.0
    """To answer the first message; some load for seconds, some are fetched by their launcher."""
    make: float = 60.0
    """To make, resume or load a session."""
    choose: float = 15.0
    """To take a mode or a model."""
    accept: float = 30.0
    """To read a prompt."""
    agree: float = 5.0
    """To end its turn when asked to."""
    log_in: float = 300.0
    """To log in: it may send the user to a browser."""
    silence: float = 900.0
    """To get on with a turn, while nobody is asked and no tool is at work. Some agents try a dead
    endpoint again and again without a word."""
    quiet: float = 0.3
    """To go on with a word that may begin a secret, before what tells nothing of it is shown."""
    work: float = 4 * 3600.0
    """The same while a tool is at work: a build or a test run may say nothing for hours."""


class Span(enum.StrEnum):
    """What a figure is told of."""

    TURN = "turn"
    SESSION = "session"
    """All turns of the session so far."""


@attrs.define(eq=False)
class Learned:
    """What a kind of agent has told since the server started. Belongs to the loop.

    `content` are the types of content blocks that it takes, as its last session told.
    """

    content: frozenset[str] | None = None


@attrs.frozen(kw_only=True)
class Terms:
    """How we deal with one kind of agent: its name, who we say we are, how long we wait, of
    what it tells tokens, and what it has told of itself and of logging in.
    """

    name: str
    tokens: Span = Span.TURN
    our_version: str = "0"
    patience: Patience = Patience()
    logins: Logins = attrs.field(factory=Logins)
    learned: Learned = attrs.field(factory=Learned)
