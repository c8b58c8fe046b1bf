"""The one writer: commands are decided, folded, made durable and told to all, in that order.

Invariant: the only owner of the read model. It knows the store by its port and the world by
`World`; it imports no pygls, no agent and no git, and starts no process.
"""
