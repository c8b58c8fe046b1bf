"""An event of a provider without its secrets: every text in it, wherever it stands."""

from collections.abc import Callable
from typing import TypeAlias, assert_never

import attrs

from peon_protocol.provider_events import (
    ActionRequested,
    ActionWithdrawn,
    ModeChanged,
    PlanReplaced,
    ProviderError,
    ProviderEvent,
    ReasoningDelta,
    SessionConfigured,
    SessionEnded,
    SessionStarted,
    TextDelta,
    ToolCallUpdated,
    TurnEnded,
    UsageReported,
)
from peon_protocol.values import (
    AudioContent,
    EmbeddedResource,
    FieldChoice,
    FileEdit,
    ImageContent,
    ItemContent,
    JsonValue,
    QuestionField,
    ResourceLink,
    SessionOption,
    StoredContent,
    TextContent,
)

Clean: TypeAlias = Callable[[str], str]


def redacted(event: ProviderEvent, clean: Clean) -> ProviderEvent:
    """A whole event, without its secrets."""
    match event:
        case SessionStarted():
            return attrs.evolve(event, agent_name=clean(event.agent_name))
        case TextDelta() | ReasoningDelta():
            return attrs.evolve(event, text=clean(event.text))
        case ToolCallUpdated():
            return _tool_call(event, clean)
        case ActionRequested():
            options = tuple(attrs.evolve(o, label=clean(o.label)) for o in event.options)
            return attrs.evolve(
                event,
                title=clean(event.title),
                options=options,
                paths=tuple(map(clean, event.paths)),
                command=_or_none(event.command, clean),
                fields=tuple(_field(field, clean) for field in event.fields),
            )
        case PlanReplaced(entries=entries):
            return PlanReplaced(
                entries=tuple(attrs.evolve(e, content=clean(e.content)) for e in entries)
            )
        case ProviderError():
            return attrs.evolve(event, message=clean(event.message))
        case SessionEnded():
            detail = _or_none(event.detail, clean)
            return attrs.evolve(event, reason=clean(event.reason), detail=detail)
        case SessionConfigured():
            return _offers(event, clean)
        case ActionWithdrawn() | UsageReported() | ModeChanged() | TurnEnded():
            return event
        case _:
            assert_never(event)


def hidden_values(
    asked: tuple[QuestionField, ...], shown: tuple[QuestionField, ...]
) -> dict[tuple[str, str], str]:
    """The values of choices that are shown otherwise than they were told, by field and as shown."""
    return {
        (field.name, choice.value): told.value
        for field, before in zip(shown, asked, strict=True)
        for choice, told in zip(field.choices, before.choices, strict=True)
        if choice.value != told.value
    }


def _field(field: QuestionField, clean: Clean) -> QuestionField:
    choices = tuple(_choice(choice, place, clean) for place, choice in enumerate(field.choices, 1))
    return attrs.evolve(
        field,
        label=clean(field.label),
        description=_or_none(field.description, clean),
        default=_json(field.default, clean),
        choices=choices,
    )


def _choice(choice: FieldChoice, place: int, clean: Clean) -> FieldChoice:
    """Several secrets to choose from stay several."""
    value = clean(choice.value)
    return FieldChoice(
        value if value == choice.value else f"{value} {place}",
        clean(choice.label),
        _or_none(choice.description, clean),
    )


def _offers(event: SessionConfigured, clean: Clean) -> SessionConfigured:
    options = None if event.options is None else tuple(_option(o, clean) for o in event.options)
    commands = event.commands
    if commands is not None:
        commands = tuple(
            attrs.evolve(each, name=clean(each.name), description=clean(each.description))
            for each in commands
        )
    return SessionConfigured(options=options, commands=commands)


def _option(option: SessionOption, clean: Clean) -> SessionOption:
    choices = tuple(
        attrs.evolve(
            each,
            value=clean(each.value),
            name=clean(each.name),
            description=_or_none(each.description, clean),
        )
        for each in option.choices
    )
    value = clean(option.value) if isinstance(option.value, str) else option.value
    own = clean(option.own) if isinstance(option.own, str) else option.own
    return attrs.evolve(option, name=clean(option.name), value=value, choices=choices, own=own)


def _tool_call(event: ToolCallUpdated, clean: Clean) -> ToolCallUpdated:
    places = event.locations
    return attrs.evolve(
        event,
        title=_or_none(event.title, clean),
        summary=_or_none(event.summary, clean),
        input=_json(event.input, clean),
        content=None if event.content is None else tuple(_block(b, clean) for b in event.content),
        edits=None if event.edits is None else tuple(_edit(edit, clean) for edit in event.edits),
        locations=None
        if places is None
        else tuple(attrs.evolve(place, path=clean(place.path)) for place in places),
    )


def _or_none(text: str | None, clean: Clean) -> str | None:
    return None if text is None else clean(text)


def _edit(edit: FileEdit, clean: Clean) -> FileEdit:
    return attrs.evolve(
        edit,
        path=clean(edit.path),
        new_text=clean(edit.new_text),
        old_text=_or_none(edit.old_text, clean),
    )


def _block(block: ItemContent, clean: Clean) -> ItemContent:
    match block:
        case TextContent(text=text):
            return TextContent(clean(text))
        case ImageContent(uri=uri):
            return attrs.evolve(block, uri=_or_none(uri, clean))
        case ResourceLink():
            return attrs.evolve(
                block,
                uri=clean(block.uri),
                name=clean(block.name),
                title=_or_none(block.title, clean),
                description=_or_none(block.description, clean),
            )
        case EmbeddedResource(resource=held):
            resource = attrs.evolve(held, uri=clean(held.uri), text=_or_none(held.text, clean))
            return EmbeddedResource(resource)
        case AudioContent() | StoredContent():
            return block
        case _:
            assert_never(block)


def _json(value: JsonValue, clean: Clean) -> JsonValue:
    match value:
        case str():
            return clean(value)
        case list():
            return [_json(each, clean) for each in value]
        case dict():
            return {clean(name): _json(each, clean) for name, each in value.items()}
        case int() | float() if not isinstance(value, bool):
            # A number may be what somebody typed as a secret.
            shown = clean(str(value))
            return value if shown == str(value) else shown
        case _:
            return value
