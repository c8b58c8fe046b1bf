"""Modes: what an agent calls them, and what they are to us.

We never rely on an agent's own idea of what may pass: in every mode but `plan` the agent is set to
ask, and its questions are answered by our rules. So an agent needs no more than a mode that asks,
and one that changes nothing if `plan` is to be had.
"""

from collections.abc import Iterable
from typing import Final

import attrs

from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.values import JsonValue, Mode

_KNOWN: Final = {
    "plan": Mode.PLAN,
    "ask": Mode.ASK,
    "default": Mode.ASK,
    "manual": Mode.ASK,
    "approve": Mode.ASK,
    "read-only": Mode.ASK,
    "edits": Mode.EDITS,
    "acceptEdits": Mode.EDITS,
    "accept-edits": Mode.EDITS,
    "autoEdit": Mode.EDITS,
    "auto-edit": Mode.EDITS,
    "smart_approve": Mode.EDITS,
    "full": Mode.FULL,
    "auto": Mode.FULL,
    "auto-approve": Mode.FULL,
    "agent": Mode.FULL,
    "agent-full-access": Mode.FULL,
    "bypassPermissions": Mode.FULL,
    "full-access": Mode.FULL,
    "workspace-write": Mode.EDITS,
    "yolo": Mode.FULL,
}
"""What the agents we know call their modes. A mode that decides for itself counts as `full`."""


@attrs.frozen
class NativeModes:
    """The modes an agent offers and how one is chosen: by a config option, or the older call."""

    offered: tuple[str, ...] = ()
    current: str | None = None
    option_id: str | None = None

    def meaning(self, mode: Mode) -> str | None:
        """The native mode to set for `mode`; None if the agent has none."""
        target = Mode.PLAN if mode is Mode.PLAN else Mode.ASK
        return next((native for native in self.offered if _KNOWN.get(native) is target), None)


def ours(native: str) -> Mode | None:
    """Our mode for a native one that we know."""
    return _KNOWN.get(native)


def offered(result: JsonObject) -> NativeModes:
    """The modes in the answer to `session/new` and its kin; config options before older modes."""
    option = _mode_option(raw.items(result, "configOptions"))
    if option is not None:
        return NativeModes(
            offered=values(option),
            current=raw.text(option, "currentValue"),
            option_id=raw.text(option, "id"),
        )
    available = raw.items(result, "modes", "availableModes")
    return NativeModes(
        offered=tuple(mode for each in available if (mode := raw.text(each, "id"))),
        current=raw.text(result, "modes", "currentModeId"),
    )


def told(update: JsonObject) -> str | None:
    """The mode that an update says the session is in; None if it is about something else."""
    match update.get("sessionUpdate"):
        case "current_mode_update":
            return raw.text(update, "currentModeId")
        case "config_option_update":
            option = _mode_option(raw.items(update, "configOptions"))
            return raw.text(option, "currentValue")
        case _:
            return None


def _mode_option(options: Iterable[JsonValue]) -> JsonValue:
    return next((each for each in options if raw.text(each, "category") == "mode"), None)


def values(option: JsonValue) -> tuple[str, ...]:
    """What can be chosen of a select, whose options may stand in groups."""
    found = []
    for entry in raw.items(option, "options"):
        found += [raw.text(each, "value") for each in (entry, *raw.items(entry, "options"))]
    return tuple(value for value in found if value is not None)
