"""What makes two requests the same command."""

import hashlib
from typing import Final

from peon.wire.encoding import canonical
from peon.wire.shapes import unstructure

DIGEST_LENGTH: Final = 16
"""Hexadecimal digits: enough to tell apart the few commands that ever share an id by mistake."""


def digest(method: str, params: object) -> str:
    """Tells a repeated command from another one that carries the same `commandId`.

    The `commandId` itself does not count, nor does a member that is null: so a command keeps its
    digest when the protocol gains an optional member.
    """
    members = unstructure(params)
    if isinstance(members, dict):
        members = {
            name: each for name, each in members.items() if each is not None and name != "commandId"
        }
    text = canonical({"method": method, "params": members})
    return hashlib.sha256(text).hexdigest()[:DIGEST_LENGTH]
