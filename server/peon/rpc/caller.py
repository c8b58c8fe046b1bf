"""What a handler may know of who asks."""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

import attrs

from peon.rpc.core import Core
from peon.rpc.subscriptions import Subscriptions
from peon_protocol.commands import Command
from peon_protocol.queries import Query
from peon_protocol.results import CommandResult
from peon_protocol.values import Actor, ActorKind

T = TypeVar("T")

_LONGEST_NAME = 128


@attrs.define
class Caller:
    """One client: the core it speaks to, its name, its environment and its subscriptions."""

    core: Core
    environment: Mapping[str, str]
    """What agents and git that this client's commands start are given."""
    subscriptions: Subscriptions
    actor: Actor = attrs.field(factory=lambda: Actor(ActorKind.CLIENT, "client"))

    def submit(self, command: Command) -> Awaitable[CommandResult]:
        """Hand a command over at once, so that commands are decided in the order they arrived."""
        return self.core.submit(command, actor=self.actor, environment=self.environment)

    async def query(self, query: Query, kind: type[T]) -> T:
        """The result of a query, which is of this kind."""
        result = await self.core.query(query, environment=self.environment)
        if not isinstance(result, kind):
            raise TypeError(f"{type(query).__name__} is not answered with a {kind.__name__}")
        return result

    def introduce(self, name: str) -> None:
        """Act under the name the client gave itself."""
        printable = "".join(letter for letter in name if letter.isprintable()).strip()
        if printable:
            self.actor = Actor(ActorKind.CLIENT, printable[:_LONGEST_NAME])
