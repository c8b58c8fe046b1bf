"""What the engine asks of the world before a command is decided: quick answers, nothing changed."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from peon.domain.facts import (
    LiteralSecret,
    Places,
    ProviderFacts,
    ProviderObstacle,
    RootFact,
    Takes,
)
from peon.providers.secrets import Secrets
from peon_protocol.values import McpServer


class World(Protocol):
    """Gathers facts. Called on the loop, so every answer is a matter of microseconds."""

    def root(self, path: str) -> RootFact:
        """`path` with links resolved, and whether it can be a project."""
        ...

    def providers(self) -> ProviderFacts:
        """The kinds of agent there are, without a default."""
        ...

    def look_at_providers(self) -> None:
        """Take note of what somebody has changed in a list of agents."""
        ...

    def default_provider(self, environment: Mapping[str, str]) -> str:
        """The provider for a client with this environment that names none."""
        ...

    def obstacle(self, provider: str, environment: Mapping[str, str]) -> ProviderObstacle | None:
        """What is known to keep a provider from taking a turn for a client; None for strangers."""
        ...

    def takes(self, provider: str) -> Takes | None:
        """What a provider takes in a prompt; None for strangers."""
        ...

    def literal_secret(self, servers: Iterable[McpServer]) -> LiteralSecret | None:
        """The first secret that stands in a server's description instead of a reference."""
        ...

    def secrets(self, root: str, environment: Mapping[str, str]) -> Secrets:
        """What the project in `root` and a client keep secret. Reads files, once a host's turn."""
        ...

    def places(self, root: str, paths: Iterable[str]) -> Places:
        """Where `paths`, links resolved, lie as seen from `root`."""
        ...
