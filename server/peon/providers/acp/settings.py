"""What a session lets us choose, mode, model and options, and how it is set and verified."""

from collections.abc import Mapping
from typing import Final

import attrs

from peon.domain.choices import can_be
from peon.errors import Unavailable
from peon.providers.acp import modes, offers
from peon.providers.acp.modes import NativeModes
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import OptionRefused
from peon_protocol.values import JsonValue, OptionCategory, OptionValue, SessionOption

_OLDER_MODEL: Final = "model"
"""The name that the model goes by where it is set by the older call."""
_RESERVED: Final = (OptionCategory.MODEL, OptionCategory.MODE)


@attrs.frozen
class NativeModels:
    """The models an agent offers. Without `option_id` they are set by the older call."""

    offered: tuple[str, ...] = ()
    current: str | None = None
    option_id: str | None = None

    @property
    def key(self) -> str:
        """What the model is called among the things that can be chosen."""
        return self.option_id or _OLDER_MODEL


@attrs.frozen
class Settings:
    """What a session offers and what it is set to, as it last told.

    `own` is what the agent itself had chosen of that which we have set otherwise since.
    """

    modes: NativeModes = attrs.Factory(NativeModes)
    models: NativeModels = attrs.Factory(NativeModels)
    options: tuple[SessionOption, ...] = ()
    own: Mapping[str, OptionValue] = attrs.Factory(dict)

    @property
    def shown(self) -> tuple[SessionOption, ...]:
        """The options, each with what the agent itself had where that is something else."""
        return tuple(attrs.evolve(o, own=self.own.get(o.option_id)) for o in self.options)

    def of_earlier_session(self, own: Mapping[str, OptionValue]) -> "Settings":
        """These settings, of which some may be what was chosen for a turn of an earlier process:
        an agent that keeps them need not know that it was for that turn only.
        """
        kept = {each: value for each, value in own.items() if self.value_of(each) != value}
        return attrs.evolve(self, own=kept)

    def told(self, result: JsonObject) -> "Settings":
        """These settings, after an answer that may say something new about them."""
        new_modes, new_models = modes.offered(result), offered_models(result)
        return Settings(
            modes=new_modes if new_modes.offered else self.modes,
            models=new_models if new_models.offered else self.models,
            options=offers.options(result) or self.options,
            own=self.own,
        )

    def changed_by_agent(self, update: JsonObject) -> "Settings":
        """These settings, after the agent has changed some of them: those are its own then."""
        now = self.told(update)
        own = {
            each: value
            for each, value in self.own.items()
            if now.value_of(each) == self.value_of(each)
        }
        return attrs.evolve(now, own=own)

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

    def remembering(self, before: "Settings", key: str, *, chosen: bool) -> "Settings":
        """These settings, which `before` they were changed were the agent's own or not.

        What is not chosen any more has gone back to what the agent had.
        """
        own = dict(self.own)
        value = before.value_of(key)
        if not chosen:
            own.pop(key, None)
        elif value is not None:
            own.setdefault(key, value)
        return attrs.evolve(self, own=own)

    def value_of(self, key: str) -> OptionValue | None:
        """What the model, or an option, is set to."""
        if key == self.models.key:
            return self.models.current
        option = self._option(key)
        value = None if option is None else option.value
        return value if isinstance(value, bool | str) else None

    def model_to_set(self, wanted: str | None, *, agent: str) -> str | None:
        """The model to set, if any. Raises Unavailable if what is wanted is not offered."""
        own = self.own.get(self.models.key)
        model = own if wanted is None and isinstance(own, str) else wanted
        if model is None or model == self.models.current:
            return None
        if model in self.models.offered:
            return model
        if wanted is None:
            return None
        known = ", ".join(self.models.offered[:12])
        raise Unavailable(
            f"the model {wanted}",
            f"{agent} does not offer it",
            f"Choose one of: {known}." if known else "Leave the model to the agent.",
        )

    def options_to_choose(self, wanted: Mapping[str, OptionValue]) -> tuple[str, ...]:
        """Those that are wanted, after those that go back to what the agent had."""
        back = (each for each in self.own if each not in wanted and each != self.models.key)
        return (*back, *wanted)

    def option_to_set(
        self, option_id: str, wanted: OptionValue | None, *, agent: str
    ) -> OptionValue | None:
        """The value to set an option to, if any. Raises OptionRefused if it is not offered."""
        option = self._option(option_id)
        value = self.own.get(option_id) if wanted is None else wanted
        offered = option is not None and option.category not in _RESERVED
        if value is not None and option is not None and offered and can_be(option, value):
            return None if option.value == value else value
        if wanted is None:
            return None
        shown = str(wanted).lower() if isinstance(wanted, bool) else wanted
        known = ", ".join(each.value for each in (option.choices if option else ())[:12])
        raise OptionRefused(
            f"the option {option_id}",
            f"{agent} does not offer {shown} for it" if offered else f"{agent} does not offer it",
            f"Choose one of: {known}." if offered and known else "Leave the option to the agent.",
        )

    def _option(self, option_id: str) -> SessionOption | None:
        return next((each for each in self.options if each.option_id == option_id), None)


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
