"""What a commit is called by those who do not say: what was asked for, and what the agent said.

Who worked on it, the agent does not say: that is for the user, and for the user's git.
"""

import re
from typing import Final

from peon.domain.model import Thread, Turn
from peon.domain.plain_text import plain
from peon_protocol.values import ItemKind, Prompt, TextContent, TitleSource

_SUBJECT: Final = 72
_BODY: Final = 1000
_LISTED: Final = 20
"""So many prompts are listed, the newest; the others are counted."""
_READ: Final = 16 * _BODY
"""Of a text that may be megabytes, so much is looked at."""
_ATTRIBUTION: Final = re.compile(
    r"^[ \t]*[a-z][a-z-]*-by[ \t]*:.*(?:\n|$)", re.IGNORECASE | re.MULTILINE
)


def proposed_message(thread: Thread) -> str | None:
    """A message for what the thread has done since its last commit, or else in its last turn."""
    turns = _counting(thread)
    told = turns[thread.committed :] or turns[-1:]
    asked = [line for line in map(_asked, told) if line]
    if not asked:
        return None
    parts = [_short(asked[-1])]
    if len(asked) > 1:
        parts.append(_list(asked))
    said = _said(told[-1])
    return "\n\n".join([*parts, *([said] if said else [])])


def proposed_title(thread: Thread) -> str | None:
    """What a pull request of the thread would be called: as the thread is, or as it began."""
    if thread.title_source is not TitleSource.SERVER and thread.title.strip():
        return _line(thread.title) or None
    return next((_short(line) for line in map(_asked, _counting(thread)) if line), None)


def proposed_body(thread: Thread) -> str:
    """What a pull request of the thread would say: all that was asked, and what was said last."""
    turns = _counting(thread)
    asked = [line for line in map(_asked, turns) if line]
    parts = [_list(asked), _said(turns[-1]) if turns else ""]
    return "\n\n".join(filter(None, parts))


def _counting(thread: Thread) -> list[Turn]:
    undone = frozenset(thread.undone)
    return [each for each in thread.turns.values() if each.turn_id not in undone]


def _asked(turn: Turn) -> str:
    """The first line of what was asked for."""
    lines = map(_line, plain(_text(turn.prompt).lstrip()[:_READ]).split("\n"))
    return next(filter(None, lines), "")


def _text(prompt: Prompt) -> str:
    if isinstance(prompt, str):
        return prompt
    return "\n".join(block.text for block in prompt if isinstance(block, TextContent))


def _line(text: str) -> str:
    return " ".join(plain(text).split())


def _list(asked: list[str]) -> str:
    more = len(asked) - _LISTED
    head = [f"- … and {more} before"] if more > 0 else []
    return "\n".join([*head, *(f"- {_short(line)}" for line in asked[-_LISTED:])])


def _said(turn: Turn) -> str:
    """The last thing the agent said: it sums its work up there."""
    items = reversed(list(turn.items.values()))
    messages = (_summary(item.text) for item in items if item.kind is ItemKind.MESSAGE)
    said = next(filter(None, messages), "")
    return said if len(said) <= _BODY else said[:_BODY].rsplit("\n", 1)[0].rstrip() + " …"


def _summary(text: str) -> str:
    return _ATTRIBUTION.sub("", plain(text.lstrip()[:_READ])).strip()


def _short(line: str) -> str:
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rstrip() + "…"
