"""Sample messages, written by hand: one small story of a project from its first day to its last.

Invariant: nothing but data. Ada makes a project, gives three turns (one is rejected in part, one
is interrupted, one fails), goes back, commits, pushes, and deletes the project.
"""
