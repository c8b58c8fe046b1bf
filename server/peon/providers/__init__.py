"""Agents behind one port: started, spoken to, ended, and translated into one vocabulary.

Invariant: a session turns what an agent says into provider events and decides nothing. It imports
no rule of the domain, no journal, no engine and no editor's protocol; whoever opens it gives it a
sink.
"""
