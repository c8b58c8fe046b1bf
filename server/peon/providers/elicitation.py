"""Questions as the Model Context Protocol asks them: a form, described by a schema, or a web page.

The Agent Client Protocol and Codex both took it over. What has a field that nobody could fill in is
no question. We open no page: its address is shown, and whoever agrees goes there.
"""

from typing import Final
from urllib.parse import urlsplit

import attrs

from peon.providers.env_files import names_secret
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.ndjson import whole
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import Answer
from peon_protocol.values import (
    ActionOption,
    Decision,
    FieldChoice,
    FieldKind,
    JsonValue,
    OptionKind,
    QuestionField,
)

ACCEPT: Final = "accept"
DECLINE: Final = "decline"
CANCEL: Final = "cancel"
AGREEMENT: Final = (
    ActionOption(ACCEPT, "Accept", OptionKind.ALLOW_ONCE),
    ActionOption(DECLINE, "Decline", OptionKind.REJECT_ONCE),
)
"""How a form without fields is answered."""
_CONSENT: Final = (
    ActionOption(ACCEPT, "Go there", OptionKind.ALLOW_ONCE),
    ActionOption(DECLINE, "Decline", OptionKind.REJECT_ONCE),
)
"""How a question by a web page is answered."""
_MOST_FIELDS: Final = 100
_MOST_CHOICES: Final = 500
_LONGEST: Final = 2000
"""Characters of a label or a description; more of it is not shown."""
_NUMBERS: Final = {"number": FieldKind.NUMBER, "integer": FieldKind.INTEGER}


@attrs.frozen(kw_only=True)
class Form:
    """A question. One that is asked by a `page` has its address in the title too."""

    title: str
    fields: tuple[QuestionField, ...] = ()
    page: str | None = None

    @property
    def options(self) -> tuple[ActionOption, ...]:
        if self.page is not None:
            return _CONSENT
        return () if self.fields else AGREEMENT


def form(params: JsonObject) -> Form | None:
    """The question in a request for one; None if it cannot be asked here."""
    match params.get("mode", "form"):
        case "form":
            return _form(params)
        case "url":
            return _page(params)
        case _:
            return None


def _page(params: JsonObject) -> Form | None:
    url = raw.text(params, "url")
    if url is None or not _is_what_it_looks_like(url):
        return None
    message = _shown(raw.text(params, "message")) or "Open a web page"
    return Form(title=f"{message}: {url}", page=url)


def _is_what_it_looks_like(url: str) -> bool:
    """Whether it is an address of the web in letters that cannot be mistaken, without a name and a
    password that look like another address.
    """
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _form(params: JsonObject) -> Form | None:
    schema = raw.as_object(params.get("requestedSchema"))
    properties = raw.as_object(schema.get("properties"))
    required = {each for each in raw.items(schema, "required") if isinstance(each, str)}
    if len(properties) > _MOST_FIELDS:
        return None
    fields = []
    for name, property_ in properties.items():
        field = _field(name, property_, required=name in required)
        if field is not None:
            fields.append(field)
        elif name in required:
            return None
    title = _shown(raw.text(params, "message")) or _shown(raw.text(schema, "title"))
    return Form(title=title or "A question", fields=tuple(fields))


def reply(answer: Answer) -> JsonObject:
    """What the agent is told."""
    match answer.decision:
        case Decision.APPROVED:
            return {"action": ACCEPT, "content": dict(answer.answers)}
        case Decision.REJECTED:
            return {"action": DECLINE}
        case _:
            return {"action": CANCEL}


def _field(name: str, told: JsonValue, *, required: bool) -> QuestionField | None:
    if not isinstance(told, dict):
        return None
    kind = told.get("type")
    plain = QuestionField(
        name=whole(name),
        label=_shown(raw.text(told, "title")) or whole(name),
        kind=FieldKind.TEXT,
        description=_description(told),
        required=required,
        default=raw.clean(told.get("default")),
    )
    match kind:
        case "string":
            return _text(plain, told)
        case "number" | "integer":
            return attrs.evolve(
                plain,
                kind=_NUMBERS[kind],
                minimum=_number(told, "minimum"),
                maximum=_number(told, "maximum"),
            )
        case "boolean":
            return attrs.evolve(plain, kind=FieldKind.BOOLEAN)
        case "array":
            return _choices(plain, told)
        case _:
            return None


def _text(plain: QuestionField, told: JsonObject) -> QuestionField | None:
    if "enum" in told or "oneOf" in told:
        offered = _offered(told)
        return attrs.evolve(plain, kind=FieldKind.CHOICE, choices=offered) if offered else None
    return attrs.evolve(
        plain,
        secret=_is_secret(plain, told),
        minimum=_number(told, "minLength"),
        maximum=_number(told, "maxLength"),
    )


def _choices(plain: QuestionField, told: JsonObject) -> QuestionField | None:
    offered = _offered(raw.as_object(told.get("items")))
    if not offered:
        return None
    return attrs.evolve(
        plain,
        kind=FieldKind.CHOICES,
        choices=offered,
        minimum=_number(told, "minItems"),
        maximum=_number(told, "maxItems"),
    )


def _offered(told: JsonObject) -> tuple[FieldChoice, ...]:
    """The values that may be chosen: titled ones, or plain ones with or without names beside."""
    titled = raw.items(told, "oneOf") or raw.items(told, "anyOf")
    plain, names = raw.items(told, "enum"), raw.items(told, "enumNames")
    found = [
        (raw.text(each, "const"), raw.text(each, "title"), raw.text(each, "description"))
        for each in titled
    ]
    found += [
        (whole(each) if isinstance(each, str) else None, _name(names, place), None)
        for place, each in enumerate(plain)
    ]
    once = {
        value: FieldChoice(value, _shown(label) or value, _shown(text) or None)
        for value, label, text in found[:_MOST_CHOICES]
        if value is not None
    }
    return tuple(once.values())


def _name(names: list[JsonValue], place: int) -> str | None:
    name = names[place] if place < len(names) else None
    return whole(name) if isinstance(name, str) else None


def _is_secret(plain: QuestionField, told: JsonObject) -> bool:
    """Neither protocol has a word for it: what forms elsewhere say counts, and what it is called.

    What is kept secret without need is only not written down.
    """
    said = told.get("format") == "password" or told.get("writeOnly") is True
    return said or names_secret(plain.name) or names_secret(plain.label)


def _description(told: JsonObject) -> str | None:
    """What is said of the field; what we cannot check is told to whoever answers."""
    parts = [
        raw.text(told, "description"),
        _labelled("Format", raw.text(told, "format")),
        _labelled("Pattern", raw.text(told, "pattern")),
    ]
    return _shown("\n".join(filter(None, parts))) or None


def _labelled(label: str, value: str | None) -> str | None:
    return None if not value or value == "password" else f"{label}: {value}"


def _number(told: JsonObject, name: str) -> float | None:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _FARTHEST else None


_FARTHEST: Final = 1e15


def _shown(text: str | None) -> str:
    return "" if text is None else whole(text)[:_LONGEST]
