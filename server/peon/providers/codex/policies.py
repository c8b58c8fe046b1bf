"""Modes: what Codex is told to ask about and where its sandbox ends, and whether it complies.

As with every agent, Codex asks in every mode about all that it does not know to be harmless, and
our rules answer. The sandbox is the second wall: it is what holds in `plan`, whatever is answered.
"""

from typing import Final

import attrs

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.values import JsonValue, Mode

APPROVAL: Final = "untrusted"
"""It asks before every command but those known to only read, and before every edit."""
REVIEWER: Final = "user"
"""Who answers: us. Codex can also be set to let a model answer."""


@attrs.frozen
class Policy:
    """A mode in Codex's words: its sandbox, in both spellings, and its manner of working."""

    sandbox: str
    sandbox_type: str
    manner: str = "default"


_POLICIES: Final = {
    Mode.PLAN: Policy("read-only", "readOnly", "plan"),
    Mode.ASK: Policy("workspace-write", "workspaceWrite"),
    Mode.EDITS: Policy("workspace-write", "workspaceWrite"),
    Mode.FULL: Policy("danger-full-access", "dangerFullAccess"),
}
_WIDTH: Final = {"readOnly": 0, "workspaceWrite": 1, "dangerFullAccess": 2}


def policy(mode: Mode) -> Policy:
    """What `mode` is to Codex."""
    return _POLICIES[mode]


def refusal(told: JsonObject, wanted: Policy) -> str | None:
    """How the settings that Codex tells of are freer than `wanted`; None if they are not.

    It may bind itself more than it was told to, never less.
    """
    if (approval := told.get("approvalPolicy")) != APPROVAL:
        return f"it would ask by the policy {_named(approval)}, not {APPROVAL}"
    if (reviewer := told.get("approvalsReviewer")) not in {REVIEWER, None}:
        return f"it would have its questions answered by {_named(reviewer)}"
    sandbox = sandbox_of(told).get("type")
    width = _WIDTH.get(sandbox) if isinstance(sandbox, str) else None
    if width is None or width > _WIDTH[wanted.sandbox_type]:
        return f"its sandbox would be {_named(sandbox)}, not {wanted.sandbox_type}"
    return None


def sandbox_of(told: JsonObject) -> JsonObject:
    """The sandbox among settings; the answer to `thread/start` calls it by another name."""
    return raw.as_object(told.get("sandboxPolicy") or told.get("sandbox"))


def _named(value: JsonValue) -> str:
    return value if isinstance(value, str) else "of an unknown kind"
