"""What a turn has used: of some figures, agents tell what the whole session has come to."""

import attrs

from peon.providers.acp import words
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.terms import Span
from peon_protocol.values import Cost, JsonValue, Usage


class TurnUsage:
    """What the turn in progress has used. A cost is always the session's; tokens are of `tokens`.

    What a `resumed` session has come to before is not known until it says so for the first time.
    """

    def __init__(self, *, resumed: bool, tokens: Span) -> None:
        self._tokens = tokens
        self._cost_unknown = resumed
        self._cost_before: Cost | None = None
        self._cost_so_far: Cost | None = None
        self._used_unknown = resumed
        self._used_before = Usage()

    def reported(self, update: JsonObject) -> Usage:
        """Take a report during the turn: the context as it is, and what the turn has cost."""
        cost = words.cost(update.get("cost"))
        if cost is not None:
            if self._cost_unknown:
                self._cost_before, self._cost_unknown = cost, False
            self._cost_so_far = cost
        return Usage(
            context_used=raw.number(update, "used"),
            context_size=raw.number(update, "size"),
            cost=words.cost_since(self._cost_before, cost),
        )

    def ended(self, result: JsonValue) -> Usage | None:
        """Take the end of the turn: the tokens it used."""
        self.over()
        told = words.usage(result)
        if told is None or self._tokens is Span.TURN:
            return told
        before, self._used_before = self._used_before, told
        if self._used_unknown:
            self._used_unknown = False
            return None
        return _less(told, before)

    def over(self) -> None:
        """The turn has ended, in whatever way: what it cost is not the next one's."""
        self._cost_before = self._cost_so_far


def _less(told: Usage, before: Usage) -> Usage:
    """What was added; all of it where the agent has begun to count anew."""
    if told.input_tokens < before.input_tokens or told.output_tokens < before.output_tokens:
        return told
    return attrs.evolve(
        told,
        input_tokens=told.input_tokens - before.input_tokens,
        output_tokens=told.output_tokens - before.output_tokens,
        cache_read_tokens=max(0, told.cache_read_tokens - before.cache_read_tokens),
    )
