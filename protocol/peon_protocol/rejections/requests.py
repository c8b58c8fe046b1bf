"""Why a command was refused whatever it is about."""

from typing import ClassVar

import attrs

from peon_protocol.ids import CommandId


@attrs.frozen
class CommandIdReused:
    """The command id came with another command before."""

    KIND: ClassVar = "command.idReused"
    REMEDY: ClassVar = (
        "Give every command an id of its own; send the same id only to repeat the same command."
    )
    command_id: CommandId

    @property
    def message(self) -> str:
        return f"The command id {self.command_id} belongs to another command."
