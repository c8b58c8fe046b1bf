"""Why a JSON value does not fit a class: each problem with the path to it."""

from collections.abc import Iterator, Sequence
from typing import Final

from cattrs import BaseValidationError, ClassValidationError, ForbiddenExtraKeysError
from cattrs.errors import IterableValidationError

from peon.wire.hooks import camel_case

MOST_PROBLEMS: Final = 20
"""More than these are counted and not listed: whoever sent this has read enough."""

LONGEST_SHOWN: Final = 40
"""Characters of what was sent that are said back."""


class ParamsInvalid(ValueError):
    """A JSON value does not fit; `problems` say where and why, in the order of their paths."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Misfit(ValueError):
    """One value does not fit. `at` leads from the value to the member that is to blame."""

    def __init__(self, message: str, *, at: str = "") -> None:
        super().__init__(message)
        self.at = at


def shortened(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


NOT_FITTING: Final = (BaseValidationError, Misfit)
"""What a converter raises where something does not fit; anything else is a bug."""


def problems(error: BaseException, root: str = "$.params") -> list[str]:
    """The error of a detailed structuring as sentences like `unknown field @ $.params.foo`."""
    found = sorted({(path, message) for message, path in _walk(error, root)})
    listed = [f"{message} @ {path}" for path, message in found[:MOST_PROBLEMS]]
    left_out = len(found) - len(listed)
    return [*listed, f"{left_out} more problems @ {root}"] if left_out else listed


def _walk(error: BaseException, path: str) -> Iterator[tuple[str, str]]:
    match error:
        case ClassValidationError():
            noted, bare = error.group_exceptions()
            for inner, note in noted:
                yield from _walk(inner, f"{path}.{camel_case(note.name)}")
            for inner in bare:
                yield from _walk(inner, path)
        case IterableValidationError():
            for inner, place in error.group_exceptions()[0]:
                yield from _walk(inner, f"{path}[{place.index}]")
        case BaseValidationError():
            for inner in error.exceptions:
                yield from _walk(inner, path)
        case ForbiddenExtraKeysError():
            yield from (
                ("unknown field", f"{path}.{shortened(name)}") for name in error.extra_fields
            )
        case KeyError():
            yield "required field missing", path
        case Misfit():
            yield str(error), path + error.at
        case _:
            raise error
