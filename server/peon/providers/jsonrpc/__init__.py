"""JSON-RPC over lines with an agent: in order, bounded, and tolerant of what agents invent.

Invariant: it knows no method of any protocol.
"""
