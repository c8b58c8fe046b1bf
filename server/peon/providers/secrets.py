"""What counts as a secret in a project: the known forms, and the values that it keeps secret."""

from collections.abc import Iterable
from typing import Final

import attrs

from peon.providers import forms
from peon.providers.forms import PLACE

MOST_VALUES: Final = 500
LONGEST_VALUE: Final = 16 * 1024


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
