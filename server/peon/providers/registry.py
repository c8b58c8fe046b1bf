"""Which agents there are: data, from which providers are made."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

from peon.providers import script
from peon_protocol.ids import ProviderId


@attrs.frozen(kw_only=True)
class AgentEntry:
    """How to start one kind of agent. `install` is what a person does to get it."""

    provider_id: ProviderId
    name: str
    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = attrs.Factory(dict)
    install: str
    version: str | None = None
    plans: bool = True
    """Whether it has a mode that changes nothing, as far as one knows without starting it."""


SCRIPT: Final = AgentEntry(
    provider_id=ProviderId("script"),
    name="Script",
    command=sys.executable,
    # Isolated and without site: it starts sooner, and nothing of the user's is imported.
    args=("-I", "-S", str(Path(script.__file__).with_name("launch.py"))),
    install="It is part of Peon; reinstall Peon.",
)
