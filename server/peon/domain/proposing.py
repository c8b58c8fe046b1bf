"""What a commit is called by those who do not say: what was asked for, and what the agent said."""

from typing import Final

from peon.domain.model import Thread, Turn
from peon_protocol.values import ItemKind, Prompt, TextContent, TitleSource

_SUBJECT: Final = 72
_BODY: Final = 1000


def proposed_message(thread: Thread) -> str | None:
    """A message for what the thread has done since its last commit, or else in its last turn."""
    turns = _counting(thread)
    told = turns[thread.committed :] or turns[-1:]
    asked = [line for line in map(_asked, told) if line]
    if not asked:
        return None
    parts = [_short(asked[-1])]
    if len(asked) > 1:
        parts.append("\n".join(f"- {_short(line)}" for line in asked))
    said = _said(told[-1])
    return "\n\n".join([*parts, *([said] if said else [])])


def proposed_title(thread: Thread) -> str | None:
    """What a pull request of the thread would be called: as the thread is, or as it began."""
    if thread.title_source is not TitleSource.SERVER and thread.title.strip():
        return thread.title.strip()
    return next((_short(line) for line in map(_asked, _counting(thread)) if line), None)


def proposed_body(thread: Thread) -> str:
    """What a pull request of the thread would say: all that was asked, and what was said last."""
    turns = _counting(thread)
    asked = [line for line in map(_asked, turns) if line]
    parts = ["\n".join(f"- {_short(line)}" for line in asked), _said(turns[-1]) if turns else ""]
    return "\n\n".join(filter(None, parts))


def _counting(thread: Thread) -> list[Turn]:
    undone = frozenset(thread.undone)
    return [each for each in thread.turns.values() if each.turn_id not in undone]


def _asked(turn: Turn) -> str:
    """The first line of what was asked for."""
    lines = (line.strip() for line in _text(turn.prompt).splitlines())
    return next(filter(None, lines), "")


def _text(prompt: Prompt) -> str:
    if isinstance(prompt, str):
        return prompt
    return "\n".join(block.text for block in prompt if isinstance(block, TextContent))


def _said(turn: Turn) -> str:
    """The last thing the agent said: it sums its work up there."""
    messages = [item.text.strip() for item in turn.items.values() if item.kind is ItemKind.MESSAGE]
    said = next(filter(None, reversed(messages)), "")
    return said if len(said) <= _BODY else said[:_BODY].rsplit("\n", 1)[0].rstrip() + " …"


def _short(line: str) -> str:
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rstrip() + "…"
