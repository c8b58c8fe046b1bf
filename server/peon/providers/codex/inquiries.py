"""What Codex wants to know: its own questions, and those of the MCP servers that it uses."""

from collections.abc import Iterator
from typing import Final

import attrs

from peon.providers import elicitation
from peon.providers.codex.questions import ACCEPT, DECLINE, Question
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import Answer
from peon_protocol.values import (
    Decision,
    FieldChoice,
    FieldKind,
    JsonValue,
    QuestionField,
    ToolKind,
)

_OTHER: Final = ".other"
"""Ends the name of the field that takes something else than what is offered."""
_UNANSWERED: Final[JsonObject] = {"answers": {}}


def inquiry(method: str, params: JsonObject) -> Question | None:
    """What a request wants to know; None if it is none that we answer."""
    match method:
        case "item/tool/requestUserInput":
            return _user_input(params)
        case "mcpServer/elicitation/request":
            return _elicited(params)
        case _:
            return None


def _user_input(params: JsonObject) -> Question:
    asked = raw.items(params, "questions")
    fields = {field.name: field for each in asked for field in _fields(each)}
    headers = [text for each in asked if (text := raw.text(each, "header"))]
    single = raw.text(asked[0], "question") if len(asked) == 1 else None

    def told(answer: Answer) -> JsonObject:
        if answer.decision is not Decision.APPROVED:
            return _UNANSWERED
        return {"answers": {name: {"answers": _given(name, answer)} for name in _names(asked)}}

    return Question(
        kind=ToolKind.QUESTION,
        title=single or "; ".join(headers) or "A question",
        nobody=_UNANSWERED,
        native_item=raw.text(params, "itemId"),
        fields=tuple(fields.values()),
        told=told,
    )


def _fields(asked: JsonValue) -> Iterator[QuestionField]:
    """One question, as a choice with something else beside it where that may be, or as a text."""
    name = raw.text(asked, "id")
    if name is None:
        return
    label = raw.text(asked, "header") or name
    choices = tuple(_choices(raw.items(asked, "options")))
    secret = raw.field(asked, "isSecret") is True
    plain = QuestionField(
        name=name,
        label=label,
        kind=FieldKind.TEXT,
        description=raw.text(asked, "question"),
        required=True,
        secret=secret,
    )
    if not choices:
        yield plain
        return
    free = raw.field(asked, "isOther") is True
    yield attrs.evolve(
        plain, kind=FieldKind.CHOICE, choices=choices, required=not free, secret=False
    )
    if free:
        yield attrs.evolve(
            plain, name=name + _OTHER, label=f"{label}: something else", required=False
        )


def _choices(options: list[JsonValue]) -> Iterator[FieldChoice]:
    once = dict.fromkeys(label for each in options if (label := raw.text(each, "label")))
    texts = {raw.text(each, "label"): raw.text(each, "description") for each in options}
    for label in once:
        yield FieldChoice(label, label, texts[label])


def _names(asked: list[JsonValue]) -> Iterator[str]:
    for each in asked:
        if (name := raw.text(each, "id")) is not None:
            yield name


def _given(name: str, answer: Answer) -> list[JsonValue]:
    """What was answered; something else that was typed counts more than a choice."""
    other = answer.answers.get(name + _OTHER) or answer.answers.get(name)
    return [] if other is None else [other]


def _elicited(params: JsonObject) -> Question | None:
    """A form of an MCP server, or leave for one of its tools, which Codex asks in the same way."""
    form = elicitation.form(params)
    if form is None:
        return None
    server = raw.text(params, "serverName")
    title = f"{server}: {form.title}" if server else form.title
    if not form.fields:
        content: JsonValue = {} if form.page is None else None
        is_leave = raw.text(params, "_meta", "codex_approval_kind") is not None
        return Question(
            kind=ToolKind.OTHER if is_leave else ToolKind.QUESTION,
            title=title,
            nobody={"action": elicitation.CANCEL},
            answers={
                ACCEPT: {"action": elicitation.ACCEPT, "content": content},
                DECLINE: {"action": elicitation.DECLINE},
            },
        )
    return Question(
        kind=ToolKind.QUESTION,
        title=title,
        nobody={"action": elicitation.CANCEL},
        fields=form.fields,
        told=elicitation.reply,
    )
