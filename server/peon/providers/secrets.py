"""What counts as a secret in a project: the known forms, and the values that it keeps secret."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from peon.providers import forms
from peon.providers.forms import PLACE
from peon_protocol.values import JsonValue

MOST_VALUES: Final = 500
LONGEST_VALUE: Final = 16 * 1024
SHORTEST_TYPED: Final = 4
"""Characters: what is shorter stands in every second word, and hides nothing by being hidden."""


@attrs.frozen
class Secrets:
    """The forms, and these values. Values are found wherever they stand, also inside words."""

    values: tuple[str, ...] = attrs.field(default=(), repr=False)
    _longest_first: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)

    @_longest_first.default
    def _sort(self) -> tuple[str, ...]:
        return tuple(sorted(filter(None, self.values), key=len, reverse=True))

    def redact(self, text: str, *, after: str = "") -> str:
        """`text` with every secret in it replaced; `after` is the character before it."""
        for value in self._longest_first:
            if value in text:
                text = text.replace(value, PLACE)
        return forms.redact(text, after=after)

    def beside(self, values: Iterable[str]) -> "Secrets":
        """These, and more values: the first of each counts, and there is an end to them."""
        fitting = (value for value in (*self.values, *values) if len(value) <= LONGEST_VALUE)
        return Secrets(tuple(dict.fromkeys(fitting))[:MOST_VALUES])


def texts_in(values: Iterable[JsonValue]) -> Iterator[str]:
    """What was typed, as text: also numbers are, but no truth value is a secret."""
    for value in values:
        if isinstance(value, list):
            yield from texts_in(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)


def typed_values(typed: Iterable[str]) -> tuple[str, ...]:
    """What to look for where secrets were typed: each, also as it stands in JSON, and its lines."""
    found: dict[str, None] = {}
    for text in typed:
        escaped = (json.dumps(text, ensure_ascii=plain)[1:-1] for plain in (False, True))
        for each in (text, text.strip(), *escaped, *text.splitlines()):
            if len(each) >= SHORTEST_TYPED:
                found[each] = None
    return tuple(found)
