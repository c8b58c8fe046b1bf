"""What a client may ask for in `initializationOptions`; every member may be left out."""

from collections.abc import Mapping

import attrs

from peon.errors import Unavailable
from peon.wire import ParamsInvalid
from peon_protocol import PROTOCOL_VERSION
from peon_protocol.values import JsonValue

_ROOT = "$.params.initializationOptions"
PROVIDERS = f"{_ROOT}.providers"


@attrs.frozen
class InitializationOptions:
    """The members we know. An editor may put others there; they are not ours to judge."""

    environment: Mapping[str, str]
    """Variables for the agents and the git that this client's commands start."""
    providers: Mapping[str, JsonValue]
    """Agents that the client knows, by their ids, on top of the lists."""


def read_options(raw: object) -> InitializationOptions:
    """Raises ParamsInvalid where a member of ours has the wrong shape, Unavailable for a version.

    Null, absent and empty are the same.
    """
    if raw is None:
        return InitializationOptions({}, {})
    if not isinstance(raw, dict):
        raise ParamsInvalid([f"expected an object @ {_ROOT}"])
    _check_version(raw.get("protocolVersion"))
    providers = raw.get("providers")
    if providers is not None and not isinstance(providers, dict):
        raise ParamsInvalid([f"expected an object @ {PROVIDERS}"])
    return InitializationOptions(_environment(raw.get("environment")), providers or {})


def _check_version(raw: object) -> None:
    """The major version of the contract that the client was written for."""
    if raw is not None and type(raw) is not int:
        raise ParamsInvalid([f"expected a whole number @ {_ROOT}.protocolVersion"])
    if raw not in {None, PROTOCOL_VERSION}:
        raise Unavailable(
            f"protocol version {raw}",
            f"this server speaks version {PROTOCOL_VERSION}",
            "Update Peon or the editor's extension, whichever is older.",
        )


def _environment(raw: object) -> dict[str, str]:
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise ParamsInvalid([f"expected an object @ {_ROOT}.environment"])
    variables: dict[str, str] = {}
    for name, value in raw.items():
        # What no process can be given would fail much later, where nobody knows why.
        if not isinstance(value, str) or "\0" in value or not _is_name(name):
            raise ParamsInvalid([f"expected variables with texts @ {_ROOT}.environment"])
        variables[name] = value
    return variables


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name) and not set(name) & {"=", "\0"}
