"""`peon log` and what stands below it: listing, following, checking, carrying over, saving.

Invariant: whoever only reads takes no lock and changes nothing. What writes (`import`, `salvage`)
refuses a state that a server owns.
"""
