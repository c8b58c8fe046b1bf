"""The relay: what an editor really spawns, so that every window shares one server.

It carries frames between its client and the owner of the state directory, starts an owner where
there is none, and finds the next one when that dies.

Invariant: the standard library only, and nothing of ours: it is there in tens of milliseconds, and
goes on when everything else is broken. It understands frames, and of their contents only what it
takes to answer for an owner that is gone. Paths are plain texts here, because `pathlib` takes as
long to import as the rest of a start.
"""
