"""The world as the engine may ask it: folders on this machine and the providers that are known."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from peon.domain.facts import ProviderFacts, RootFact
from peon.domain.provider import HOST
from peon.providers.port import Provider
from peon.workspace.paths import inside
from peon_protocol.values import Mode


class LocalWorld:
    """Answers from the file system and the registry, in microseconds, changing nothing."""

    def __init__(self, providers: Mapping[str, Provider], *, default: str, home: Path) -> None:
        self._providers = ProviderFacts(
            frozenset({*providers, HOST}),
            default,
            frozenset(
                (provider_id, mode)
                for provider_id, provider in providers.items()
                for mode in Mode
                if not provider.supports(mode)
            ),
        )
        self._home = home.resolve()

    def providers(self) -> ProviderFacts:
        return self._providers

    def root(self, path: str) -> RootFact:
        if not Path(path).is_absolute() or "\0" in path:
            return RootFact(path, "is not an absolute path")
        real = Path(os.path.realpath(path))
        return RootFact(str(real), self._problem(real))

    def leads_outside(self, root: str, paths: Iterable[str]) -> bool:
        return any(inside(Path(root), path) is None for path in paths)

    def _problem(self, real: Path) -> str | None:
        if not real.exists():
            return "does not exist"
        if not real.is_dir():
            return "is not a folder"
        if real == Path(real.anchor):
            return "is the whole file system"
        if self._home.is_relative_to(real):
            return "is the home folder, or holds it"
        return None
