"""How the process collects its garbage: not while it is made of what stays, and not too often."""

import gc
from typing import Final

_THRESHOLDS: Final = (10_000, 20, 20)
"""Python's own suit programs that keep little. Here cycles are rare, and large models are not."""


def wait() -> None:
    """Collect nothing until the process has settled: nearly all that a start makes is to stay."""
    gc.disable()


def settle() -> None:
    """What is here now stays for good: do not look at it again, and less often at the rest.

    With it stays what imports have left, some megabytes: to look for it takes a sixth of a start.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)
