"""Makes from the data classes what other languages and readers need: schema, types, documents.

Invariant: it runs on a developer's machine only and is no part of the program. What it writes
depends on the data classes and the samples alone: no time, no chance, no order of a set.
"""
