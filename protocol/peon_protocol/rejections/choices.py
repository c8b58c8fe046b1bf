"""Why a prompt, or what was chosen for one, was refused."""

from typing import ClassVar

import attrs

from peon_protocol.values import OptionValue


@attrs.frozen
class OptionUnknown:
    """The thread's agent offers no such option."""

    KIND: ClassVar = "option.unknown"
    REMEDY: ClassVar = "Choose one of `known`; the thread's `options` tell more of them."
    option_id: str
    known: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"The agent offers no option {self.option_id}."


@attrs.frozen
class OptionValueUnknown:
    """The option cannot have this value."""

    KIND: ClassVar = "option.valueUnknown"
    REMEDY: ClassVar = "Choose one of `known`; where that is empty, true or false."
    option_id: str
    value: OptionValue
    known: tuple[str, ...]

    @property
    def message(self) -> str:
        value = str(self.value).lower() if isinstance(self.value, bool) else self.value
        return f"The option {self.option_id} cannot be {value}."


@attrs.frozen
class OptionReserved:
    """The option is one that has a field of its own."""

    KIND: ClassVar = "option.reserved"
    REMEDY: ClassVar = "Choose it with the field that is named."
    option_id: str
    field: str

    @property
    def message(self) -> str:
        return f"The option {self.option_id} is chosen with `{self.field}`."


@attrs.frozen
class McpInvalid:
    """A server of the Model Context Protocol is not described as it must be."""

    KIND: ClassVar = "mcp.invalid"
    REMEDY: ClassVar = "Change it; a secret is written as ${env:NAME}."
    server: str
    problem: str

    @property
    def message(self) -> str:
        return f"The MCP server {self.server} cannot be used: {self.problem}."


@attrs.frozen
class PromptTooLarge:
    """The prompt is longer than can be taken; `what` says of what, and both are counted in that."""

    KIND: ClassVar = "prompt.tooLarge"
    REMEDY: ClassVar = "Shorten it, or put it into a file and name that."
    size: int
    limit: int
    what: str

    @property
    def message(self) -> str:
        return f"The prompt has {self.size} {self.what}, at most {self.limit} can be taken."


@attrs.frozen
class PromptNotSupported:
    """The agent takes no content of this type."""

    KIND: ClassVar = "prompt.notSupported"
    REMEDY: ClassVar = "Leave it out, name a file instead, or choose another provider."
    provider: str
    content: str

    @property
    def message(self) -> str:
        return f"{self.provider} takes no content of type {self.content}."
