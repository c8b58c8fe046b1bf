"""A client of `codex app-server`, Codex's own protocol, over its standard input and output.

It gives what the Agent Client Protocol loses: errors with their kind, ids of turns, steering with a
precondition, exact approvals, diffs and usage as they are.

Invariant: of a message only what we use is read, each field by its type; what is missing, wrong or
new fails no turn, and an item of an unknown kind is kept as it came.
"""
