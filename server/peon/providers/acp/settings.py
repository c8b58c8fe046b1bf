"""What a session lets us choose, mode and model, and how it is set and verified."""

import attrs

from peon.errors import Unavailable
from peon.providers.acp import modes, offers
from peon.providers.acp.modes import NativeModes
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon_protocol.values import JsonValue, OptionCategory, SessionOption


@attrs.frozen
class NativeModels:
    """The models an agent offers. Without `option_id` they are set by the older call."""

    offered: tuple[str, ...] = ()
    current: str | None = None
    option_id: str | None = None


@attrs.frozen
class Settings:
    """What a session offers and what it is set to, as it last told."""

    modes: NativeModes = attrs.Factory(NativeModes)
    models: NativeModels = attrs.Factory(NativeModels)
    options: tuple[SessionOption, ...] = ()

    def told(self, result: JsonObject) -> "Settings":
        """These settings, after an answer that may say something new about them."""
        new_modes, new_models = modes.offered(result), offered_models(result)
        return Settings(
            modes=new_modes if new_modes.offered else self.modes,
            models=new_models if new_models.offered else self.models,
            options=offers.options(result) or self.options,
        )

    def with_mode(self, native: str) -> "Settings":
        return attrs.evolve(
            self,
            modes=attrs.evolve(self.modes, current=native),
            options=offers.chosen(self.options, OptionCategory.MODE, native),
        )

    def with_model(self, native: str) -> "Settings":
        return attrs.evolve(
            self,
            models=attrs.evolve(self.models, current=native),
            options=offers.chosen(self.options, OptionCategory.MODEL, native),
        )

    def model_to_set(self, wanted: str | None, *, agent: str) -> str | None:
        """The model to set, if any. Raises Unavailable if it is not offered."""
        if wanted is None or wanted == self.models.current:
            return None
        if wanted in self.models.offered:
            return wanted
        known = ", ".join(self.models.offered[:12])
        raise Unavailable(
            f"the model {wanted}",
            f"{agent} does not offer it",
            f"Choose one of: {known}." if known else "Leave the model to the agent.",
        )


def offered_models(result: JsonObject) -> NativeModels:
    """The models in the answer to `session/new` and its kin, by config option or the older way."""
    for option in raw.items(result, "configOptions"):
        if raw.text(option, "category") == "model" and modes.values(option):
            return NativeModels(
                modes.values(option), raw.text(option, "currentValue"), raw.text(option, "id")
            )
    available: list[JsonValue] = raw.items(result, "models", "availableModels")
    return NativeModels(
        offered=tuple(model for each in available if (model := raw.text(each, "modelId"))),
        current=raw.text(result, "models", "currentModelId"),
    )
