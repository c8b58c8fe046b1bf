"""How the process collects its garbage: not while it is made of what stays, and not too often."""

import contextlib
import gc
from collections.abc import Iterator
from typing import Final

_THRESHOLDS: Final = (10_000, 20, 20)
"""Python's own suit programs that keep little. Here cycles are rare, and large models are not."""


@contextlib.contextmanager
def at_rest() -> Iterator[None]:
    """Collect nothing meanwhile: a model that is being read has no garbage in it."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def wait() -> None:
    """Collect nothing until the process has settled: nearly all that a start makes is to stay."""
    gc.disable()


def settle() -> None:
    """What is here now stays for good: do not look at it again, and less often at the rest."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(*_THRESHOLDS)
