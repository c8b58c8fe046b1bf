"""Events of what is inside a turn: items, and what an agent asks leave for."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from peon_protocol.ids import ActionId, ItemId, ThreadId, TurnId
from peon_protocol.values import (
    ActionOption,
    Decider,
    Decision,
    ItemKind,
    ItemPatch,
    ItemStatus,
    JsonValue,
    QuestionField,
    Scope,
    TextAppend,
    ToolKind,
)


@attrs.frozen(kw_only=True)
class ItemRecorded:
    """An item of a turn, new or changed: text grows by `append`, the rest changes by `patch`."""

    TYPE: ClassVar = "item.recorded"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    item_id: ItemId
    kind: ItemKind
    status: ItemStatus
    append: TextAppend | None = None
    patch: ItemPatch | None = None


@attrs.frozen(kw_only=True)
class ActionRequested:
    """The agent wants to do something and waits for an answer.

    `paths` are relative to the project's folder where they lie in it, with links resolved.
    `scopes` says how far an approval may reach. One with `fields` is a question: it is approved by
    answering it. `asked_by` is the rule that leaves it to a person; null where the mode does.
    """

    TYPE: ClassVar = "action.requested"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    action_id: ActionId
    item_id: ItemId
    kind: ToolKind
    title: str
    options: tuple[ActionOption, ...]
    paths: tuple[str, ...] = ()
    command: str | None = None
    scopes: tuple[Scope, ...] = (Scope.ONCE,)
    fields: tuple[QuestionField, ...] = ()
    asked_by: Decider | None = None


@attrs.frozen(kw_only=True)
class ActionResolved:
    """An action was approved, rejected or withdrawn; `by` says by what.

    `answers` are those to a question, by the names of its fields, without the secret ones.
    """

    TYPE: ClassVar = "action.resolved"
    SCHEMA: ClassVar = 1
    thread_id: ThreadId
    turn_id: TurnId
    action_id: ActionId
    decision: Decision
    by: Decider
    option_id: str | None = None
    scope: Scope | None = None
    reason: str | None = None
    answers: Mapping[str, JsonValue] | None = None
