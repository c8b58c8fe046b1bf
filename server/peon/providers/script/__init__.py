"""The embedded agent: each line of its prompt is a step, and it does what the step says.

Invariant: the standard library only, and nothing of the rest of the server. It runs in a process of
its own, speaks the Agent Client Protocol like any other agent, and is up in tens of milliseconds.
"""
