"""The folder people and agents work in: checkpoints of it, restoring them, and the user's own git.

Invariant: imports nothing of ours but `peon.errors` and `peon.runtime`. It knows no event, no
engine and no protocol; it never cleans, never resets, and writes into the user's `.git` only to
commit and push.
"""
