"""An order in which things wait for each other, as far as that is possible. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise


def in_order(
    names: Sequence[bytes],
    *,
    must: Mapping[bytes, Iterable[bytes]],
    should: Mapping[bytes, Iterable[bytes]],
) -> list[bytes]:
    """The names, as near to the given order as what each one waits for allows.

    Two things may wait for each other, as two files whose contents were swapped: then one of the
    waits that only `should` be is given up. The waits that `must` be never go in a circle.
    """
    if not any(must.values()) and not any(should.values()):
        return list(names)
    hard = {name: set(must.get(name, ())) for name in names}
    soft = {name: set(should.get(name, ())) for name in names}
    while True:
        try:
            return _sorted(names, {name: hard[name] | soft[name] for name in names})
        except CycleError as error:
            _give_up_one(error.args[1], soft)


def _sorted(names: Sequence[bytes], waits: Mapping[bytes, set[bytes]]) -> list[bytes]:
    sorter = TopologicalSorter(waits)
    sorter.prepare()
    place = {name: number for number, name in enumerate(names)}
    result: list[bytes] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        result += ready
        sorter.done(*ready)
    return result


def _give_up_one(cycle: Sequence[bytes], soft: Mapping[bytes, set[bytes]]) -> None:
    """Give up one soft wait of a circle, in which each one is waited for by the next."""
    for awaited, waiting in pairwise(cycle):
        if awaited in soft[waiting]:
            soft[waiting].discard(awaited)
            return
    raise AssertionError("a path cannot make room for itself")
