"""What the rules are told of the world: gathered at the moment a command is decided."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from peon.domain.commands import AnyCommand, RecordOperation
from peon.domain.facts import NOTHING, Facts, LiteralSecret, Places, ProviderFacts
from peon.domain.lookup import folder_of
from peon.domain.model import Model
from peon.engine.world import World
from peon.runtime.ids import IdSource
from peon_protocol.commands import (
    ConfigureProject,
    ConfigureThread,
    CreateProject,
    CreateThread,
    EditMessage,
    IngestProviderEvent,
    QueueMessage,
    SendMessage,
    StartTurn,
    SteerTurn,
)
from peon_protocol.methods import METHODS, MethodKind
from peon_protocol.provider_events import ActionRequested
from peon_protocol.values import Actor

NOBODYS: Final[Mapping[str, str]] = MappingProxyType({})
"""The environment where no client asks."""
_TOLD: Final = frozenset(
    [RecordOperation, *(each.params for each in METHODS if each.kind is MethodKind.COMMAND)]
)
"""The commands whose rules look at the world."""


@attrs.frozen
class Gathering:
    """Asks the world no more than the command's rules look at."""

    world: World
    ids: IdSource

    def facts(
        self, command: AnyCommand, model: Model, actor: Actor, environment: Mapping[str, str]
    ) -> Facts:
        """The facts for a command of a client with this environment."""
        if type(command) not in _TOLD:
            return NOTHING
        places = Places()
        if isinstance(command, IngestProviderEvent) and isinstance(command.event, ActionRequested):
            thread = model.threads.get(command.thread_id)
            if thread is not None:
                root = folder_of(model, thread)
                places = self.world.places(root, command.event.paths)
        return Facts(
            fresh_id=self.ids.fresh(),
            actor=actor,
            providers=self._providers(command, model, environment),
            root=self.world.root(command.root) if isinstance(command, CreateProject) else None,
            places=places,
            literal_secret=self._literal_secret(command),
        )

    def _literal_secret(self, command: AnyCommand) -> LiteralSecret | None:
        match command:
            case CreateThread(mcp_servers=servers) | ConfigureThread(mcp_servers=servers):
                return self.world.literal_secret(servers or ())
            case ConfigureProject(defaults=defaults) if defaults is not None:
                return self.world.literal_secret(defaults.mcp_servers or ())
            case _:
                return None

    def _providers(
        self, command: AnyCommand, model: Model, environment: Mapping[str, str]
    ) -> ProviderFacts:
        """Where a provider is about to be used, also whether it can be, and which is the default.

        Finding out looks for programs, so it is left out where no rule asks.
        """
        if isinstance(command, CreateThread | ConfigureProject):
            self.world.look_at_providers()
        facts = self.world.providers()
        match command:
            case CreateThread(provider=wanted, project_id=project_id):
                project = model.projects.get(project_id)
                if wanted is None and project is not None:
                    wanted = project.defaults.provider
                if wanted is None:
                    return attrs.evolve(facts, default=self.world.default_provider(environment))
            case (
                StartTurn(thread_id=thread_id)
                | QueueMessage(thread_id=thread_id)
                | SendMessage(thread_id=thread_id)
            ) if thread_id in model.threads:
                wanted = model.threads[thread_id].provider
            case SteerTurn(thread_id=thread_id) | EditMessage(thread_id=thread_id) if (
                thread_id in model.threads
            ):
                return attrs.evolve(
                    facts, takes=self.world.takes(model.threads[thread_id].provider)
                )
            case _:
                return facts
        return attrs.evolve(
            facts,
            obstacle=self.world.obstacle(wanted, environment),
            takes=self.world.takes(wanted),
        )
