"""A client of the Agent Client Protocol, version 1, over an agent's standard input and output.

Invariant: the reader is ours, bounded and in order; what an agent says is taken from the raw
message, so that nothing it invents can fail a turn. The `acp` package gives the types of what we
send.
"""
