"""`peon run`: one turn from the command line, for people and for scripts.

Invariant: a client like any other. What an agent may do is the server's to decide; here is only who
answers when it asks: the person at the terminal, or nobody, who allows nothing.
"""
