"""What can be chosen of a session of the embedded agent."""

from peon.providers.script.wire import Json, JsonObject

MODES: "dict[str, str]" = {
    "plan": "Changes nothing.",
    "ask": "Asks before everything that changes something.",
    "edits": "Asks; the client may let edits pass.",
    "full": "Asks; the client may let everything pass.",
}
MODE, EFFORT = "mode", "effort"


class Options:
    """The options of one session. The mode is one of them; how much it thinks aloud is another."""

    def __init__(self) -> None:
        self._offered: dict[str, JsonObject] = {
            MODE: _select(MODE, "Mode", "ask", tuple(MODES), category="mode"),
            EFFORT: _select(
                EFFORT, "Effort", "medium", ("low", "medium", "high"), category="thought_level"
            ),
        }

    @property
    def mode(self) -> str:
        return str(self._offered[MODE]["currentValue"])

    @property
    def thinks(self) -> bool:
        """Whether it reasons aloud: not where it makes little effort."""
        return self._offered[EFFORT]["currentValue"] != "low"

    def told(self) -> "list[Json]":
        """All of them, as the protocol has it."""
        return [dict(each) for each in self._offered.values()]

    def set(self, option_id: Json, value: Json) -> str | None:
        """Set one; what is wrong with that, if anything."""
        option = self._offered.get(str(option_id))
        if option is None:
            return f"there is no option {option_id}"
        if value not in _values(option) or isinstance(value, bool) != (option["type"] == "boolean"):
            return f"the option {option_id} cannot be {value}"
        option["currentValue"] = value
        return None

    def offer(self, option_id: str, value: str, choices: tuple[str, ...]) -> str | None:
        """Set one, or offer one that is new; what is wrong with that, if anything."""
        if choices:
            self._offered[option_id] = _select(option_id, option_id, value, choices)
        elif option_id not in self._offered and value in {"true", "false"}:
            self._offered[option_id] = {"id": option_id, "name": option_id, "type": "boolean"}
        known = self._offered.get(option_id)
        boolean = known is not None and known["type"] == "boolean"
        return self.set(option_id, value == "true" if boolean else value)

    def __str__(self) -> str:
        shown = (f"{name}: {_shown(each)}" for name, each in self._offered.items())
        return "\n".join(shown)


def _select(
    option_id: str, name: str, value: str, choices: tuple[str, ...], *, category: str | None = None
) -> JsonObject:
    offered: list[Json] = [
        {"value": each, "name": each.capitalize(), "description": MODES.get(each)}
        if option_id == MODE
        else {"value": each, "name": each.capitalize()}
        for each in choices
    ]
    option: JsonObject = {
        "id": option_id,
        "name": name,
        "type": "select",
        "currentValue": value,
        "options": offered,
    }
    return option if category is None else {**option, "category": category}


def _values(option: JsonObject) -> "list[Json]":
    listed = option.get("options")
    if not isinstance(listed, list):
        return [True, False]
    return [each["value"] for each in listed if isinstance(each, dict)]


def _shown(option: JsonObject) -> str:
    value = option["currentValue"]
    return str(value).lower() if isinstance(value, bool) else str(value)
