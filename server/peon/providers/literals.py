"""Secrets that stand where a reference should: in what people say of MCP servers."""

from collections.abc import Iterable

from peon.domain.facts import LiteralSecret
from peon.domain.servers import REFERENCE, texts_of
from peon.providers import forms
from peon.providers.env_files import holds_secret
from peon_protocol.values import McpServer

_AUTHORIZES = frozenset({"authorization", "proxy-authorization", "cookie"})
"""Headers that hold nothing but secrets."""
_SCHEMES = frozenset({"bearer", "basic", "token", "digest"})
"""What may stand before one."""


def literal_secret(servers: Iterable[McpServer]) -> LiteralSecret | None:
    """The first text of a server that is a secret by its form, or by the name it goes by."""
    for server in servers:
        for place, text in texts_of(server):
            if is_secret(place, REFERENCE.sub("", text)):
                return LiteralSecret(server.name[:64], place[:64])
    return None


def is_secret(place: str, text: str) -> bool:
    """Whether a text that stands at a place of a server is a secret.

    What authorizes is one but for the word that says how. An argument may say what it is:
    `--api-key=…`.
    """
    kind, _, name = place.partition(".")
    if not text.strip():
        return False
    if kind == "headers" and name.lower() in _AUTHORIZES:
        return text.strip().lower() not in _SCHEMES
    if forms.redact(text) != text:
        return True
    if kind.startswith("args") and text.startswith("-"):
        name, _, text = text.lstrip("-").partition("=")
    return holds_secret(name.replace("-", "_"), text)
