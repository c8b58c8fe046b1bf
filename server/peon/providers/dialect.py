"""What differs between kinds of agents: how one is spoken to.

A dialect turns our wishes into the agent's messages, and its messages into provider events. The
life of the process and of the turn is the session's (`peon.providers.session`), which the dialect
knows as its `Desk`.
"""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Protocol

import attrs

from peon.providers.mcp import Servers
from peon.providers.port import AgentFault, Answer, Choices
from peon.providers.watch import Watch
from peon_protocol.ids import ActionId
from peon_protocol.provider_events import ProviderEvent, SessionStarted
from peon_protocol.values import Prompt


@attrs.define(eq=False)
class Turn:
    """The one prompt in flight."""

    interrupted: bool = False
    ended: asyncio.Event = attrs.Factory(asyncio.Event)
    watch: Watch | None = None


class Desk(Protocol):
    """A session, as its dialect sees it."""

    @property
    def turn(self) -> Turn | None:
        """The turn that goes on."""
        ...

    @property
    def servers(self) -> Servers:
        """The MCP servers that the session is to have."""
        ...

    def send(self, data: bytes) -> None:
        """Write to the agent. It never raises: an agent that does not listen is given up."""
        ...

    def report(self, events: Iterable[ProviderEvent]) -> None: ...

    def finish(self, turn: Turn, events: Iterable[ProviderEvent]) -> None:
        """The agent has ended `turn`: report how. A turn that has ended already is left alone."""
        ...

    def fail(self, code: AgentFault | str, message: str) -> None:
        """Give the agent up: end its turn at once, and the process in its own time."""
        ...


class Dialect(Protocol):
    """How one agent is spoken to: made for one session, and used on the loop."""

    @property
    def native_id(self) -> str:
        """The agent's own name for the session; empty until it is open."""
        ...

    @property
    def asking(self) -> bool:
        """Whether an action waits for its answer."""
        ...

    @property
    def working(self) -> bool:
        """Whether a tool is at work: an agent may then be silent for long, and rightly."""
        ...

    async def open(self) -> SessionStarted:
        """Greet the agent, make or resume the session, set it as the request wants it.

        Raises Unavailable or ExternalFailure.
        """
        ...

    def check(self, prompt: Prompt) -> None:
        """Raises Unavailable if the agent cannot take what is in the prompt."""
        ...

    async def choose(self, choices: Choices) -> None:
        """Set what is chosen for what comes next, and see that it took effect.

        What was chosen before and is no more goes back to what the agent had itself. Raises
        Unavailable or ExternalFailure.
        """
        ...

    async def hand_over(self, turn: Turn, prompt: Prompt) -> None:
        """Give the agent the prompt. Raises ExternalFailure if it refuses."""
        ...

    async def steer(self, turn: Turn, prompt: Prompt) -> None:
        """Tell the agent more while it works; see `peon.providers.port.Session.steer`."""
        ...

    def ask_to_stop(self) -> None:
        """Ask the agent to end its turn."""
        ...

    def answer(self, action_id: ActionId, answer: Answer) -> None:
        """Pass on an answer; see `peon.providers.port.Session.answer`."""
        ...

    def withdraw(self) -> Iterator[ProviderEvent]:
        """Tell the agent that nobody will answer what it asks; the withdrawals."""
        ...

    def release(self) -> None:
        """As `withdraw`, without a word to anybody else: the turn's end says it."""
        ...

    def close(self, *, cancelled: bool) -> Iterator[ProviderEvent]:
        """What closes everything that is open in the turn."""
        ...

    def feed(self, data: bytes) -> bool:
        """Take what the agent wrote; whether any of it says that it gets on. Raises LineTooLong."""
        ...

    def lost(self, why: str) -> None:
        """The agent is gone: nothing that waits for it will be answered."""
        ...
