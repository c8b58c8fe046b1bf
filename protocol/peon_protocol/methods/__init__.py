"""The one table of methods: handlers, schema, types and documents are made from it.

Invariant: data only, like the package it is in.
"""

from typing import Final

from peon_protocol.methods.branches import BRANCHES
from peon_protocol.methods.conversations import CONVERSATIONS
from peon_protocol.methods.feed import FEED
from peon_protocol.methods.queries import QUERIES
from peon_protocol.methods.reviews import REVIEWS
from peon_protocol.methods.rows import Direction, Method, MethodKind
from peon_protocol.methods.workspace import WORKSPACE
from peon_protocol.methods.worktrees import WORKTREES

__all__ = ["METHODS", "METHODS_BY_NAME", "Direction", "Method", "MethodKind"]

METHODS: Final[tuple[Method, ...]] = (
    *CONVERSATIONS,
    *WORKSPACE,
    *BRANCHES,
    *REVIEWS,
    *WORKTREES,
    *QUERIES,
    *FEED,
)

METHODS_BY_NAME: Final = {method.name: method for method in METHODS}
