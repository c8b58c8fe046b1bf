"""The steps of a restore, told before they are taken: a test may do something there, or end it."""

from collections.abc import Callable

Steps = Callable[[str], None]
"""Told the name of each step before it is taken."""


def no_steps(step: str) -> None:
    """Let every step pass."""
