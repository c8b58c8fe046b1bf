"""Whether a thread's turns have used what they may."""

from peon.domain.usages import plus
from peon_protocol.values import Budget, Usage


def is_spent(budget: Budget | None, used: Usage, more: Usage | None = None) -> bool:
    """Whether what was `used`, and `more`, comes up to a bound of the budget."""
    if budget is None:
        return False
    together = used if more is None else plus(used, more)
    if budget.max_tokens is not None:
        tokens = together.input_tokens + together.output_tokens
        if tokens >= budget.max_tokens:
            return True
    cost = together.cost
    if budget.max_cost is None or cost is None:
        return False
    return budget.currency in (None, cost.currency) and cost.amount >= budget.max_cost
