"""Tokens: Codex counts for the whole conversation, we count for a turn."""

import attrs

from peon.providers.jsonrpc import raw
from peon_protocol.values import JsonValue, Usage


@attrs.frozen
class _Count:
    fed: int = 0
    cached: int = 0
    written: int = 0

    def less(self, other: "_Count") -> "_Count":
        return _Count(
            max(self.fed - other.fed, 0),
            max(self.cached - other.cached, 0),
            max(self.written - other.written, 0),
        )


class TurnUsage:
    """What the turn has used so far."""

    def __init__(self) -> None:
        self._before: _Count | None = None

    def restart(self) -> None:
        """A turn begins."""
        self._before = None

    def told(self, token_usage: JsonValue, model: str | None) -> Usage:
        """Take a report: the totals, and what the last request came to.

        The first of a turn tells what there was before it. Of the tokens fed, those that came from
        the cache are counted apart.
        """
        total = _count(raw.field(token_usage, "total"))
        if self._before is None:
            self._before = total.less(_count(raw.field(token_usage, "last")))
        used = total.less(self._before)
        return Usage(
            input_tokens=max(used.fed - used.cached, 0),
            output_tokens=used.written,
            cache_read_tokens=used.cached,
            model=model,
            context_used=raw.number(token_usage, "last", "totalTokens"),
            context_size=raw.number(token_usage, "modelContextWindow"),
        )


def _count(told: JsonValue) -> _Count:
    return _Count(
        raw.number(told, "inputTokens") or 0,
        raw.number(told, "cachedInputTokens") or 0,
        raw.number(told, "outputTokens") or 0,
    )
