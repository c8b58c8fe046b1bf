"""What counts as a secret in a project: the known forms, and the values that it keeps secret."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from peon.providers import forms
from peon.providers.forms import PLACE
from peon_protocol.values import JsonValue

MOST_VALUES: Final = 500
LONGEST_VALUE: Final = 16 * 1024
SHORTEST_VALUE: Final = 4
"""Characters: what is shorter stands in every second word, so it is one only where it is a word."""


@attrs.frozen
class Secrets:
    """The forms, and these values. Values are found wherever they stand, also inside words; `words`
    only where they stand by themselves.
    """

    values: tuple[str, ...] = attrs.field(default=(), repr=False)
    words: tuple[str, ...] = attrs.field(default=(), repr=False)
    _longest_first: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)
    _alone: "re.Pattern[str] | None" = attrs.field(init=False, repr=False, eq=False)

    @_longest_first.default
    def _sort(self) -> tuple[str, ...]:
        return tuple(sorted(filter(None, self.values), key=len, reverse=True))

    @_alone.default
    def _form(self) -> "re.Pattern[str] | None":
        forms = map(_by_itself, sorted(self.words, key=len, reverse=True))
        return re.compile("|".join(forms)) if self.words else None

    def redact(self, text: str, *, after: str = "", before: str = "") -> str:
        """`text` with every secret in it replaced; it stands after and before these characters."""
        for value in self._longest_first:
            if value in text:
                text = text.replace(value, PLACE)
        if self._alone is not None:
            text = "".join(_replaced(self._alone, text, after, before))
        return forms.redact(text, after=after)

    def beside(self, values: Iterable[str]) -> "Secrets":
        """These, and more values: the first of each counts, and there is an end to them."""
        fitting = (value for value in (*self.values, *values) if len(value) <= LONGEST_VALUE)
        return Secrets(tuple(dict.fromkeys(fitting))[:MOST_VALUES], self.words)


def _replaced(form: "re.Pattern[str]", text: str, after: str, before: str) -> Iterator[str]:
    """`text` in pieces, with whatever has the form replaced."""
    around = after + text + before
    start, end = len(after), len(after) + len(text)
    for found in form.finditer(around, start):
        if found.end() <= end:
            yield around[start : found.start()]
            yield PLACE
            start = found.end()
    yield around[start:end]


def _by_itself(word: str) -> str:
    """The form of a word that is no part of another one."""
    before = r"(?<!\w)" if re.match(r"\w", word) else ""
    behind = r"(?!\w)" if re.search(r"\w\Z", word) else ""
    return before + re.escape(word) + behind


def texts_in(values: Iterable[JsonValue]) -> Iterator[str]:
    """What was typed, as text: also numbers are, but no truth value is a secret."""
    for value in values:
        if isinstance(value, list):
            yield from texts_in(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)


def typed_secrets(typed: Iterable[str]) -> Secrets:
    """What to look for where secrets were typed: each, also as it stands in JSON, and its lines."""
    found: dict[str, None] = {}
    for text in filter(str.strip, typed):
        escaped = (json.dumps(text, ensure_ascii=plain)[1:-1] for plain in (False, True))
        for each in (text, text.strip(), *escaped, *text.splitlines()):
            if each.strip():
                found[each] = None
    values = tuple(each for each in found if len(each) >= SHORTEST_VALUE)
    words = tuple(each for each in found if len(each) < SHORTEST_VALUE)
    return Secrets(values, words[:MOST_VALUES])
