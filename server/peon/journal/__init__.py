"""The log on disk: segments, snapshots, values stored apart, and the port the engine sees.

Invariant: knows bytes only. It never imports the domain, the engine, the rpc layer or anything that
understands what an event means, and an acknowledged event is never lost to a crash.
"""
