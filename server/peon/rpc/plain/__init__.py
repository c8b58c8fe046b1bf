"""Editors that know nothing of Peon: what any client of the Language Server Protocol can do.

User commands come by `workspace/executeCommand`. To a client that did not announce Peon, turns are
shown as progress that can be cancelled, actions are asked about with `window/showMessageRequest`,
and what came of it stands in `window/logMessage`.

Invariant: a client like any other. It acts by commands and queries of the protocol and learns what
happened from the feed; it holds no rule, and takes no decision that its user has not taken.
"""
