"""The rules: what may be asked, what follows from it, and what must be done outside.

    decide(command, model, facts) -> events or a rejection
    project(model, event)         -> the model brought up to date
    react(event, model)           -> effects: the work outside that follows

Invariant: pure. No I/O, no clock, no chance, no asyncio, no converter; imports nothing of ours but
`peon_protocol` and `peon.errors`. What the rules must know of the world comes in as `Facts`.
"""
