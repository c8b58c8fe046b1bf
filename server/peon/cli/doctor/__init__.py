"""`peon doctor`: what Peon needs and has here, what stands still, and what to do about it.

Invariant: it looks and changes nothing: no folder is made, no lock taken, no agent started.
"""
