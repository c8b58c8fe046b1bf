"""The contract between Peon and its clients: data only.

Invariant: a leaf. It imports nothing of the server and nothing that acts: no I/O, no clock, no
chance, no asyncio, no converter. Everything is a frozen attrs class, an enum or a table of them.

Wire names are the camelCase of the attribute names; tags stand on the classes (`TYPE`, `KIND`).
"""

PROTOCOL_VERSION = 1
"""The major version of the contract. A client that asks for another gets an explanation."""

ADDED_PARAMS = (
    ("thread/list", ("turns", "limit", "before")),
    ("thread/read", ("turns.items", "withItems")),
)
"""Members of params that came after their methods: a server that does not name one refuses it."""
