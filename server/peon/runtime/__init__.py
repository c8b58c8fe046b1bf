"""Time, identity, tasks, logging and settings: what the rest takes as parameters.

Invariant: imports nothing of ours but `peon.errors` and what differs between systems, in
`peon.attach.systems`.
"""
