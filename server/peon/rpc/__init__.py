"""JSON-RPC for editors: framing, life cycle, dispatch, sessions and the feed.

One connection is one session over a core that all sessions share; one client or many is the same
code. Every request gets exactly one answer.

Invariant: the only package that knows pygls and lsprotocol. It holds no rules: a handler turns
params into a command or a query and hands it to the core. It imports neither the engine nor
anything below it but `peon.wire`, `peon.runtime`, `peon.attach` and `peon.errors`; what it needs of
the engine is the port in `core.py`.
"""
