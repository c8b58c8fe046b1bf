"""What the engine asks of the world before a command is decided: quick answers, nothing changed."""

from collections.abc import Iterable
from typing import Protocol

from peon.domain.facts import ProviderFacts, RootFact


class World(Protocol):
    """Gathers facts. Called on the loop, so every answer is a matter of microseconds."""

    def root(self, path: str) -> RootFact:
        """`path` with links resolved, and whether it can be a project."""
        ...

    def providers(self) -> ProviderFacts:
        """The kinds of agent there are."""
        ...

    def leads_outside(self, root: str, paths: Iterable[str]) -> bool:
        """Whether one of `paths`, links resolved, is not inside `root`."""
        ...
