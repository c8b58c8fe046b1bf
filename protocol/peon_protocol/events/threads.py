"""Events of threads and of the sessions of their agents."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from peon_protocol.ids import ProjectId, SessionId, ThreadId
from peon_protocol.values import (
    AgentCommand,
    Budget,
    ErasureReason,
    McpServer,
    Mode,
    OptionValue,
    SessionOption,
    SessionOrigin,
    SessionServer,
    TitleSource,
)


@attrs.frozen(kw_only=True)
class ThreadCreated:
    """A conversation was opened in a project.

    Where `mcpServers` is null, its sessions are given those of the project.
    """

    TYPE: ClassVar = "thread.created"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    project_id: ProjectId
    title: str
    title_source: TitleSource
    provider: str
    model: str | None = None
    mode: Mode = Mode.ASK
    budget: Budget | None = None
    options: Mapping[str, OptionValue] = attrs.field(factory=dict)
    mcp_servers: tuple[McpServer, ...] | None = None


@attrs.frozen(kw_only=True)
class ThreadConfigured:
    """What is null stayed as it was; `title_source` says who set the title.

    Of `options` only those named have changed; one that is null there is left to the agent again.
    `reset_options` names those once more, for clients to whom null and an absent member are one.
    """

    TYPE: ClassVar = "thread.configured"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    title: str | None = None
    title_source: TitleSource | None = None
    model: str | None = None
    mode: Mode | None = None
    budget: Budget | None = None
    archived: bool | None = None
    options: Mapping[str, OptionValue | None] | None = None
    reset_options: tuple[str, ...] = ()
    mcp_servers: tuple[McpServer, ...] | None = None


@attrs.frozen(kw_only=True)
class ThreadDeleted:
    """The thread is gone."""

    TYPE: ClassVar = "thread.deleted"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId


@attrs.frozen(kw_only=True)
class ThreadErased:
    """What a deleted thread held is erased: in place of its events stands `event.erased`."""

    TYPE: ClassVar = "thread.erased"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId


@attrs.frozen(kw_only=True)
class EventErased:
    """Here stood an event whose contents are gone; of one that was lost, `threadId` is `lost`."""

    TYPE: ClassVar = "event.erased"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    reason: ErasureReason


@attrs.frozen(kw_only=True)
class SessionOpened:
    """A session with an agent is open for the thread.

    `mcp_servers` says of each server of the thread whether the session was given it.
    """

    TYPE: ClassVar = "session.opened"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    session_id: SessionId
    native_id: str
    provider: str
    agent_name: str
    agent_version: str | None = None
    origin: SessionOrigin = SessionOrigin.FRESH
    mcp_servers: tuple[SessionServer, ...] = ()


@attrs.frozen(kw_only=True)
class SessionConfigured:
    """What the session offers, and what it is set to, is this from now on."""

    TYPE: ClassVar = "session.configured"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    session_id: SessionId
    options: tuple[SessionOption, ...] = ()
    commands: tuple[AgentCommand, ...] = ()


@attrs.frozen(kw_only=True)
class SessionClosed:
    """The session is over."""

    TYPE: ClassVar = "session.closed"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    session_id: SessionId
    reason: str
    detail: str | None = None
