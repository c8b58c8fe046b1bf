"""The rules of projects."""

from collections.abc import Iterator

from peon.domain.facts import Facts
from peon.domain.lookup import at_work, refuse_blank_title, require_project
from peon.domain.model import Model
from peon.domain.servers import refuse_servers
from peon.errors import CommandRejected
from peon_protocol.commands import ConfigureProject, CreateProject, DeleteProject
from peon_protocol.events import (
    Event,
    ProjectConfigured,
    ProjectCreated,
    ProjectDeleted,
    ThreadDeleted,
)
from peon_protocol.ids import ProjectId
from peon_protocol.rejections import (
    ProjectHasRunningThreads,
    ProjectIdUsed,
    ProjectRootInUse,
    ProjectRootUnusable,
    ProviderUnknown,
)


def create_project(command: CreateProject, model: Model, facts: Facts) -> Iterator[Event]:
    """One folder is one live project; an id is used once."""
    project_id = command.project_id or ProjectId(facts.fresh_id)
    if project_id in model.versions:
        raise CommandRejected(ProjectIdUsed(project_id))
    refuse_blank_title(command.title)
    root = facts.root
    if root is None or root.problem is not None:
        reason = root.problem if root is not None and root.problem else "cannot be read"
        raise CommandRejected(ProjectRootUnusable(command.root, reason))
    holder = model.roots.get(root.path)
    if holder is not None:
        raise CommandRejected(ProjectRootInUse(root.path, holder))
    title = command.title or root.path.rstrip("/").rsplit("/", 1)[-1]
    yield ProjectCreated(project_id=project_id, root=root.path, title=title)


def configure_project(command: ConfigureProject, model: Model, facts: Facts) -> Iterator[Event]:
    """A title must say something, a default provider must exist."""
    project = require_project(model, command.project_id)
    refuse_blank_title(command.title)
    defaults = command.defaults
    provider = None if defaults is None else defaults.provider
    if provider is not None and provider not in facts.providers.ids:
        raise CommandRejected(ProviderUnknown(provider))
    refuse_servers(None if defaults is None else defaults.mcp_servers, facts)
    if command.title is not None or defaults is not None:
        yield ProjectConfigured(
            project_id=project.project_id, title=command.title, defaults=defaults
        )


def delete_project(command: DeleteProject, model: Model) -> Iterator[Event]:
    """A project goes with its threads, and only when none of them is at work."""
    project = require_project(model, command.project_id)
    running = tuple(sorted(thread.thread_id for thread in at_work(model, project.project_id)))
    if running:
        raise CommandRejected(ProjectHasRunningThreads(project.project_id, running))
    for thread_id in project.thread_ids:
        yield ThreadDeleted(thread_id=thread_id)
    yield ProjectDeleted(project_id=project.project_id)
