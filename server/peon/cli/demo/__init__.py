"""`peon demo`: the main job in a terminal, told as it happens, and checked as it is told.

Invariant: it knows the server as an editor does, by the protocol alone, and believes nothing that
it has not seen with git or in the files.
"""
