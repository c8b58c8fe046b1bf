"""What a client may ask for in `initializationOptions`; every member may be left out."""

import attrs

from peon.errors import Unavailable
from peon.wire import ParamsInvalid, structure
from peon_protocol import PROTOCOL_VERSION

_ROOT = "$.params.initializationOptions"


@attrs.frozen(kw_only=True)
class InitializationOptions:
    """The members we know. An editor may put others there; they are not ours to judge."""

    protocol_version: int | None = None
    """The major version of the contract that the client was written for."""

    environment: dict[str, str] | None = None
    """Variables for the agents and the git that this client's commands start."""


def read_options(raw: object) -> InitializationOptions:
    """Raises ParamsInvalid where a member of ours has the wrong shape, Unavailable for a version.

    Null, absent and empty are the same.
    """
    if raw is None:
        return InitializationOptions()
    if not isinstance(raw, dict):
        raise ParamsInvalid([f"expected an object @ {_ROOT}"])
    ours = {name: raw[name] for name in ("protocolVersion", "environment") if name in raw}
    options = structure(ours, InitializationOptions, root=_ROOT)
    if options.protocol_version not in {None, PROTOCOL_VERSION}:
        raise Unavailable(
            f"protocol version {options.protocol_version}",
            f"this server speaks version {PROTOCOL_VERSION}",
            "Update Peon or the editor's extension, whichever is older.",
        )
    return options
