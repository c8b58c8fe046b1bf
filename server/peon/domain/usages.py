"""What turns used, added up."""

from peon_protocol.values import Cost, Usage


def plus(so_far: Usage, turn: Usage) -> Usage:
    """Both together. The context is as the later left it, and so is the model."""
    return Usage(
        input_tokens=so_far.input_tokens + turn.input_tokens,
        output_tokens=so_far.output_tokens + turn.output_tokens,
        cache_read_tokens=so_far.cache_read_tokens + turn.cache_read_tokens,
        model=turn.model or so_far.model,
        context_used=so_far.context_used if turn.context_used is None else turn.context_used,
        context_size=so_far.context_size if turn.context_size is None else turn.context_size,
        cost=_cost(so_far.cost, turn.cost),
    )


def completed(told: Usage | None, reported: Usage | None) -> Usage | None:
    """What an agent says of its turn at the end, with what it said only while it worked."""
    if told is None or reported is None:
        return told or reported
    return Usage(
        input_tokens=told.input_tokens or reported.input_tokens,
        output_tokens=told.output_tokens or reported.output_tokens,
        cache_read_tokens=told.cache_read_tokens or reported.cache_read_tokens,
        model=told.model or reported.model,
        context_used=reported.context_used if told.context_used is None else told.context_used,
        context_size=reported.context_size if told.context_size is None else told.context_size,
        cost=told.cost or reported.cost,
    )


def _cost(so_far: Cost | None, turn: Cost | None) -> Cost | None:
    """Of another currency than before only the newer sum is known to mean anything."""
    if so_far is None or turn is None:
        return turn or so_far
    if so_far.currency != turn.currency:
        return turn
    return Cost(so_far.amount + turn.amount, turn.currency)
