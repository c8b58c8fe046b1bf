"""Queries about the kinds of agent there are, and whether they are logged in."""

from collections.abc import Mapping
from typing import assert_never

import attrs

from peon.domain.provider import HOST
from peon.engine.briefs import project_root
from peon.engine.engine import Engine
from peon.errors import CommandRejected
from peon.providers.catalog import Catalog
from peon.providers.port import (
    Available,
    LoggedOut,
    LoginRequest,
    Missing,
    NotInstalled,
    Provider,
)
from peon_protocol.queries import Authenticate
from peon_protocol.rejections import ProviderNotAvailable, ProviderUnknown
from peon_protocol.results import AuthenticateResult, ProviderList
from peon_protocol.views import ProviderView

_HOST = ProviderView(
    provider_id=HOST,
    name="The editor itself",
    available=True,
    version=None,
    reason=None,
    remedy=None,
)


@attrs.frozen
class ProviderQueries:
    """Answers them. `environment` is the server's own, for clients whose is not known."""

    engine: Engine
    catalog: Catalog
    environment: Mapping[str, str] = attrs.field(repr=False)

    async def list_all(self, environment: Mapping[str, str]) -> ProviderList:
        """Every provider; nothing is started to find out."""
        self.catalog.look()
        await self.catalog.programs.settle()
        used = environment or self.environment
        views = [_view(each, used) for each in self.catalog.values()]
        return ProviderList(providers=(*views, _HOST), problems=self.catalog.problems)

    async def authenticate(
        self, query: Authenticate, environment: Mapping[str, str]
    ) -> AuthenticateResult:
        """Start the agent to log in, or to see whether that is needed."""
        self.catalog.look()
        provider = self.catalog.get(query.provider_id)
        if provider is None:
            raise CommandRejected(ProviderUnknown(query.provider_id))
        used = environment or self.environment
        request = LoginRequest(
            root=await self._root(query, used), environment=used, method_id=query.method_id
        )
        try:
            login = await provider.authenticate(request)
        except NotInstalled as error:
            found = provider.availability(used)
            install = found.install if isinstance(found, Missing) else None
            raise CommandRejected(
                ProviderNotAvailable(query.provider_id, error.why, install)
            ) from error
        return AuthenticateResult(
            provider_id=query.provider_id,
            authenticated=login.authenticated,
            methods=login.methods,
            remedy=login.remedy,
        )

    async def _root(self, query: Authenticate, environment: Mapping[str, str]) -> str:
        """The folder to start the agent in."""
        project_id = query.project_id
        if project_id is None:
            return environment.get("HOME", "/")
        return await self.engine.read(lambda model: project_root(model, project_id))


def _view(provider: Provider, environment: Mapping[str, str]) -> ProviderView:
    view = ProviderView(
        provider_id=provider.provider_id,
        name=provider.name,
        available=True,
        version=None,
        reason=None,
        remedy=None,
        auth=provider.login_methods,
    )
    found = provider.availability(environment)
    match found:
        case Available():
            return attrs.evolve(view, version=found.version)
        case Missing():
            return attrs.evolve(
                view,
                available=False,
                reason=found.reason,
                remedy=found.remedy,
                install=found.install,
            )
        case LoggedOut():
            return attrs.evolve(view, available=False, reason=found.reason, remedy=found.remedy)
        case _:
            assert_never(found)
