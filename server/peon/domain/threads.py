"""The rules of threads."""

from collections.abc import Iterator

from peon.domain.choices import names_of_reset, refuse_options
from peon.domain.commands import RecordErasure
from peon.domain.facts import Facts
from peon.domain.lookup import (
    refuse_blank_title,
    refuse_while_operation_runs,
    refuse_while_turn_runs,
    require_project,
    require_thread,
)
from peon.domain.model import Model
from peon.domain.queue import next_after, started_after
from peon.domain.servers import refuse_servers
from peon.domain.worktrees import worktree_wanted
from peon.errors import CommandRejected
from peon_protocol.commands import ConfigureThread, CreateThread, DeleteThread
from peon_protocol.events import (
    Event,
    ThreadConfigured,
    ThreadCreated,
    ThreadDeleted,
    ThreadErased,
)
from peon_protocol.ids import ThreadId
from peon_protocol.rejections import ModeNotSupported, ProviderUnknown, ThreadIdUsed
from peon_protocol.values import Mode, TitleSource

UNTITLED = "New thread"


def create_thread(command: CreateThread, model: Model, facts: Facts) -> Iterator[Event]:
    """What the command leaves out comes from the project's defaults, then from the server's."""
    project = require_project(model, command.project_id)
    thread_id = command.thread_id or ThreadId(facts.fresh_id)
    if thread_id in model.versions:
        raise CommandRejected(ThreadIdUsed(thread_id))
    refuse_blank_title(command.title)
    defaults = project.defaults
    provider = command.provider or defaults.provider or facts.providers.default
    refuse_unusable_provider(facts, provider)
    mode = command.mode or defaults.mode or Mode.ASK
    refuse_unsupported_mode(facts, provider, mode)
    refuse_servers(command.mcp_servers, facts)
    made = (
        () if command.worktree is None else (worktree_wanted(command.worktree, thread_id, facts),)
    )
    yield ThreadCreated(
        thread_id=thread_id,
        project_id=project.project_id,
        title=command.title or UNTITLED,
        title_source=TitleSource.USER if command.title else TitleSource.SERVER,
        provider=provider,
        model=command.model or defaults.model,
        mode=mode,
        options=command.options or {},
        mcp_servers=command.mcp_servers,
        budget=command.budget or defaults.budget,
    )
    yield from made


def configure_thread(command: ConfigureThread, model: Model, facts: Facts) -> Iterator[Event]:
    """A thread at work cannot be archived; the rest may change at any time, for turns to come."""
    thread = require_thread(model, command.thread_id)
    refuse_blank_title(command.title)
    if command.archived:
        refuse_while_turn_runs(thread)
        refuse_while_operation_runs(thread)
    if command.mode is not None:
        refuse_unsupported_mode(facts, thread.provider, command.mode)
    refuse_options(thread, command.options, command.model)
    refuse_servers(command.mcp_servers, facts)
    configured = ThreadConfigured(
        thread_id=thread.thread_id,
        title=command.title,
        title_source=TitleSource.USER if command.title else None,
        model=command.model,
        mode=command.mode,
        budget=command.budget,
        archived=command.archived,
        options=command.options or None,
        reset_options=names_of_reset(command.options),
        mcp_servers=command.mcp_servers,
    )
    if configured != ThreadConfigured(thread_id=thread.thread_id):
        yield configured
    first = next_after(command, thread, model)
    if first is not None:
        yield started_after(command, thread, first, facts.fresh_id)


def delete_thread(command: DeleteThread, model: Model) -> Iterator[Event]:
    """A thread at work cannot be deleted."""
    thread = require_thread(model, command.thread_id)
    refuse_while_turn_runs(thread)
    refuse_while_operation_runs(thread)
    yield ThreadDeleted(thread_id=thread.thread_id)


def refuse_unusable_provider(facts: Facts, provider: str) -> None:
    """Raises CommandRejected where the provider is known not to be able to take a turn."""
    if provider not in facts.providers.ids:
        raise CommandRejected(ProviderUnknown(provider))
    if facts.providers.obstacle is not None:
        raise CommandRejected(facts.providers.obstacle)


def refuse_unsupported_mode(facts: Facts, provider: str, mode: Mode) -> None:
    """Raises CommandRejected(ModeNotSupported) where the provider cannot keep the mode."""
    if (provider, mode) in facts.providers.unsupported:
        raise CommandRejected(ModeNotSupported(provider, mode))


def record_erasure(command: RecordErasure, model: Model) -> Iterator[Event]:
    """Only a deleted thread is erased, and only once."""
    for thread_id in command.thread_ids:
        if thread_id in model.deleted:
            yield ThreadErased(thread_id=thread_id)
