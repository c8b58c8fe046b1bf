"""From an entry of the registry to the provider that speaks what the agent speaks."""

from typing import assert_never

from peon.providers.acp.provider import AcpProvider
from peon.providers.codex.provider import CodexProvider
from peon.providers.port import Provider
from peon.providers.process import Starter
from peon.providers.programs import Programs
from peon.providers.registry import AgentEntry, Speech
from peon.providers.terms import Terms


def make_provider(
    entry: AgentEntry,
    *,
    supervisor: Starter,
    terms: Terms,
    programs: Programs | None = None,
) -> Provider:
    """A provider for the agents of `entry`."""
    match entry.protocol:
        case Speech.ACP:
            return AcpProvider(entry, supervisor=supervisor, terms=terms, programs=programs)
        case Speech.CODEX:
            return CodexProvider(entry, supervisor=supervisor, terms=terms, programs=programs)
        case _:
            assert_never(entry.protocol)
