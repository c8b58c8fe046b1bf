"""Reactors perform effects: they prompt agents, take checkpoints, commit, and report what came of
it.

Invariant: they decide nothing. What follows from an outcome is the domain's; an outcome goes back
through the engine's one door. They know providers by their port and never speak JSON-RPC.
"""
