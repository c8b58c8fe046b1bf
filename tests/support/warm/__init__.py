"""Processes of Peon that have everything imported already, for tests that start a great many.

An interpreter needs a second of CPU and more until Peon can serve, nearly all of it for imports. So
one process per worker, the nursery, imports everything once, and forks whenever a test, or a relay
that a test has started, asks for a process. What comes of it is Peon in a process of its own, with
the arguments, environment, folder, descriptors and signals that a fresh interpreter would have.
What an interpreter does itself is left to the tests that start one: of relays, of `make demo`, of
the README's programs, of every method.
"""
