"""Why a turn failed, with the kind that Codex gives it."""

from typing import Final

from peon.providers.jsonrpc import raw
from peon.providers.port import AgentFault
from peon.providers.refusals import in_words
from peon_protocol.provider_events import ProviderError
from peon_protocol.values import JsonValue

UNKNOWN: Final = "other"


def provider_error(error: JsonValue) -> ProviderError:
    """The error of a turn. Its code is the kind; the status of HTTP, where known, is told too."""
    kind, status = _kind(raw.field(error, "codexErrorInfo"))
    words = [in_words(raw.text(error, "message") or "Codex gave no reason")]
    if (more := raw.text(error, "additionalDetails")) and more not in words[0]:
        words.append(more)
    if status is not None and str(status) not in words[0]:
        words.append(f"HTTP status {status}")
    return ProviderError(code=kind, message=". ".join(words))


def odd_end(status: JsonValue) -> ProviderError:
    """A turn that ended in a way we do not know."""
    return ProviderError(
        code=AgentFault.PROTOCOL, message=f"Codex ended its turn in an unknown way: {status!r}"
    )


def _kind(told: JsonValue) -> tuple[str, int | None]:
    """The name of a kind, which stands alone or as the one key of an object with more."""
    if isinstance(told, str) and told:
        return told, None
    if isinstance(told, dict) and told:
        name = next(iter(told))
        return name, raw.number(told, name, "httpStatusCode")
    return UNKNOWN, None
