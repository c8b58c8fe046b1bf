"""What a kind of agent has told of logging in: its methods, and whether it has asked for it."""

import asyncio
import shlex
from typing import Final

import attrs

from peon.providers.port import LoggedOut, NeedsLogin
from peon_protocol.values import AuthMethod

REMEMBERED_SECONDS: Final = 60.0
"""How long a refusal is believed. People log in elsewhere too, and nothing tells us."""


@attrs.define(eq=False)
class Logins:
    """Belongs to the loop. `command` is what starts the agent, which some methods build on;
    `methods` are set by whoever speaks to it.
    """

    command: tuple[str, ...] = ()
    methods: tuple[AuthMethod, ...] = ()
    _reason: str = ""
    _refused_at: float | None = None

    def refused(self, name: str, reason: str) -> NeedsLogin:
        """The agent wants a log-in first: what to tell of it."""
        self._reason = reason
        self._refused_at = asyncio.get_running_loop().time()
        return NeedsLogin(name, f"it needs a log-in ({reason})", self.remedy)

    def accepted(self) -> None:
        """The agent has opened a session, so it is logged in."""
        self._refused_at = None

    def state(self) -> LoggedOut | None:
        """That the agent needs a log-in, if it said so a moment ago."""
        if self._refused_at is None:
            return None
        if asyncio.get_running_loop().time() - self._refused_at > REMEMBERED_SECONDS:
            return None
        return LoggedOut(self._reason, self.remedy)

    @property
    def remedy(self) -> str:
        """How a person logs in, in the agent's own words."""
        ways = [way for method in self.methods if (way := how_to(method))]
        told = "; or ".join(dict.fromkeys(ways))
        return f"Log in first: {told}." if told else "Log in with the agent's own command first."


def how_to(method: AuthMethod) -> str:
    """What a person does to log in by this method."""
    if method.command is not None:
        return f"run {shlex.join(method.command)}"
    if method.variables:
        return f"set {' and '.join(method.variables)} and start the editor again"
    return (method.description or method.name).rstrip(".")
