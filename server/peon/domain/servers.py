"""The MCP servers of threads: which they are, and what such a server must be."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from peon.domain.facts import Facts
from peon.domain.model import Model, Thread
from peon.errors import CommandRejected
from peon_protocol.rejections import McpInvalid
from peon_protocol.values import McpServer, McpTransport

REFERENCE: Final = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
"""What stands for a variable of the client's environment."""
MOST: Final = 64
"""Servers of a thread."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def servers_of(model: Model, thread: Thread) -> tuple[McpServer, ...]:
    """The servers that the thread's next session is given: its own, or else its project's."""
    if thread.mcp_servers is not None:
        return thread.mcp_servers
    return model.projects[thread.project_id].defaults.mcp_servers or ()


def transport_of(server: McpServer) -> McpTransport:
    """How the server is spoken to."""
    if server.transport is not None:
        return server.transport
    return McpTransport.STDIO if server.command is not None else McpTransport.HTTP


def texts_of(server: McpServer) -> Iterator[tuple[str, str]]:
    """Every text of the server that may hold a reference, and where it stands."""
    if server.command is not None:
        yield "command", server.command
    if server.url is not None:
        yield "url", server.url
    for place, text in enumerate(server.args):
        yield f"args[{place}]", text
    for name, text in server.env.items():
        yield f"env.{name}", text
    for name, text in server.headers.items():
        yield f"headers.{name}", text


def refuse_servers(servers: tuple[McpServer, ...] | None, facts: Facts) -> None:
    """Raises CommandRejected(McpInvalid) for the first that is not described as it must be."""
    seen: set[str] = set()
    for server in servers or ():
        problem = "its name is used twice" if server.name in seen else _problem(server)
        if problem is None and len(seen) == MOST:
            problem = f"a thread has {MOST} of them at most"
        if problem is not None:
            raise CommandRejected(McpInvalid(server.name[:64], problem))
        seen.add(server.name)
    if facts.literal_secret is not None:
        where = facts.literal_secret
        problem = f"{where.place} is a secret, which would be written down"
        raise CommandRejected(McpInvalid(where.server, problem))


def _problem(server: McpServer) -> str | None:
    if not _NAME.fullmatch(server.name):
        return "its name must be of letters, digits, dots, hyphens and underscores, 64 at most"
    if (server.command is None) == (server.url is None):
        return "it must have either a command or a url"
    return _problem_of_parts(server) or _problem_of_texts(server)


def _problem_of_parts(server: McpServer) -> str | None:
    local = server.command is not None
    if (transport_of(server) is McpTransport.STDIO) != local:
        return f"its transport cannot be {transport_of(server).value}"
    if local:
        return _problem_of_command(server)
    if server.args or server.env:
        return "args and env belong to a command"
    if any(not _HEADER.fullmatch(name) for name in server.headers):
        return "a header has no such name"
    return _problem_of_url(server.url or "")


def _problem_of_command(server: McpServer) -> str | None:
    if not (server.command or "").strip():
        return "its command is blank"
    if server.headers:
        return "headers belong to a url"
    if any(not _VARIABLE.fullmatch(name) for name in server.env):
        return "a variable has no such name"
    return None


def _problem_of_url(url: str) -> str | None:
    if REFERENCE.match(url):
        return None
    try:
        parts = urlsplit(REFERENCE.sub("x", url))
        parts.port  # noqa: B018 (reading it is the check)
    except ValueError:
        return "its url cannot be read"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "its url must begin with http:// or https://"
    if "@" in parts.netloc:
        return "its url holds a user name; log in with a header"
    return None


def _problem_of_texts(server: McpServer) -> str | None:
    for place, text in texts_of(server):
        if _UNPRINTABLE.search(text):
            return f"{place} has letters that cannot be printed"
        if "${env:" in REFERENCE.sub("", text):
            return f"{place} has a reference that is not written ${{env:NAME}}"
    return None
