"""What a handler may know of who asks."""

from collections.abc import Mapping

import attrs

from peon.rpc.core import Core
from peon.rpc.subscriptions import Subscriptions
from peon_protocol.values import Actor, ActorKind

_LONGEST_NAME = 128


@attrs.define
class Caller:
    """One client: the core it speaks to, its name, its environment and its subscriptions."""

    core: Core
    environment: Mapping[str, str]
    """What agents and git that this client's commands start are given."""
    subscriptions: Subscriptions
    actor: Actor = attrs.field(factory=lambda: Actor(ActorKind.CLIENT, "client"))

    def introduce(self, name: str) -> None:
        """Act under the name the client gave itself."""
        printable = "".join(letter for letter in name if letter.isprintable()).strip()
        if printable:
            self.actor = Actor(ActorKind.CLIENT, printable[:_LONGEST_NAME])
