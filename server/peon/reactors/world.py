"""The world as the engine may ask it: folders on this machine and the providers that are known."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import assert_never

from peon.domain.facts import (
    LiteralSecret,
    Places,
    ProviderFacts,
    ProviderObstacle,
    RootFact,
    Takes,
)
from peon.domain.provider import HOST
from peon.providers.catalog import Catalog
from peon.providers.env_files import environment_secrets, secrets_of
from peon.providers.literals import literal_secret
from peon.providers.port import Available, LoggedOut, Missing
from peon.providers.secrets import Secrets
from peon.workspace.paths import inside, shown
from peon.workspace.worktrees import FOLDER as WORKTREES
from peon_protocol.rejections import ProviderNeedsLogin, ProviderNotAvailable
from peon_protocol.values import McpServer, Mode


class LocalWorld:
    """Answers from the file system and the registry, in microseconds, changing nothing."""

    def __init__(self, catalog: Catalog, *, home: Path, private: Iterable[Path] = ()) -> None:
        """`private` are the folders of the server's own files, which no rule lets agents touch."""
        self._catalog = catalog
        self._home = home.resolve()
        self._private = tuple(Path(os.path.realpath(each)) for each in private)
        self._facts = _facts(catalog)
        self._version = catalog.version

    def providers(self) -> ProviderFacts:
        if self._version != self._catalog.version:
            self._facts = _facts(self._catalog)
            self._version = self._catalog.version
        return self._facts

    def look_at_providers(self) -> None:
        self._catalog.look()

    def default_provider(self, environment: Mapping[str, str]) -> str:
        return self._catalog.default(environment)

    def obstacle(self, provider: str, environment: Mapping[str, str]) -> ProviderObstacle | None:
        """A program that is not found is missing only once the login shell has been asked."""
        known = self._catalog.get(provider)
        if known is None:
            return None
        found = known.availability(environment)
        match found:
            case Available():
                return None
            case Missing(reason=reason, install=install):
                settled = self._catalog.programs.settled
                return ProviderNotAvailable(provider, reason, install) if settled else None
            case LoggedOut(reason=reason, remedy=remedy):
                return ProviderNeedsLogin(provider, reason, remedy)
            case _:
                assert_never(found)

    def takes(self, provider: str) -> Takes | None:
        known = self._catalog.get(provider)
        return None if known is None else known.takes

    def literal_secret(self, servers: Iterable[McpServer]) -> LiteralSecret | None:
        return literal_secret(servers)

    def root(self, path: str) -> RootFact:
        if not Path(path).is_absolute() or "\0" in path:
            return RootFact(path, "is not an absolute path")
        real = Path(os.path.realpath(path))
        return RootFact(str(real), self._problem(real))

    def secrets(self, root: str, environment: Mapping[str, str]) -> Secrets:
        return secrets_of(Path(root)).beside(environment_secrets(environment))

    def places(self, root: str, paths: Iterable[str]) -> Places:
        found = {path: inside(Path(root), path) for path in paths}
        within = {path: shown(name) for path, name in found.items() if name is not None}
        return Places(
            inside=tuple(dict.fromkeys(within.values())),
            shown=tuple(dict.fromkeys(within.get(path, path) for path in found)),
            outside=len(within) < len(found),
            private=any(self._is_private(Path(root, path), Path(root)) for path in found),
        )

    def _is_private(self, path: Path, root: Path) -> bool:
        """Whether it is one of the server's own files, or a folder that holds them.

        The worktree that an agent works in is not, though the server has made it among them.
        """
        real, folder = Path(os.path.realpath(path)), Path(os.path.realpath(root))
        return any(
            (real.is_relative_to(own) or own.is_relative_to(real))
            and not (folder.is_relative_to(own / WORKTREES) and real.is_relative_to(folder))
            for own in self._private
        )

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


def _facts(catalog: Catalog) -> ProviderFacts:
    return ProviderFacts(
        ids=frozenset({*catalog, HOST}),
        default="",
        unsupported=frozenset(
            (provider_id, mode)
            for provider_id, provider in catalog.items()
            for mode in Mode
            if not provider.supports(mode)
        ),
        steerable=frozenset(each for each, provider in catalog.items() if provider.steers),
    )
