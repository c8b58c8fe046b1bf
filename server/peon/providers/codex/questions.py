"""What Codex asks leave for, and what each answer is in its words."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import attrs

from peon.providers.codex.items import command_line
from peon.providers.content import absolute
from peon.providers.jsonrpc import raw
from peon.providers.jsonrpc.raw import JsonObject
from peon.providers.port import Answer
from peon_protocol.values import ActionOption, JsonValue, OptionKind, QuestionField, ToolKind

ACCEPT: Final = "accept"
FOR_SESSION: Final = "acceptForSession"
DECLINE: Final = "decline"
CANCEL: Final = "cancel"

Answers: TypeAlias = Mapping[str, JsonObject]
_LABELS: Final = {
    ACCEPT: ("Allow once", OptionKind.ALLOW_ONCE),
    FOR_SESSION: ("Allow for this session", OptionKind.ALLOW_ALWAYS),
    DECLINE: ("Decline, and let it go on", OptionKind.REJECT_ONCE),
    CANCEL: ("Decline, and stop the turn", OptionKind.REJECT_ONCE),
}


@attrs.frozen(kw_only=True)
class Question:
    """A request for leave, or with `told` a question that wants answers.

    `nobody` is the answer if there will be none.
    """

    kind: ToolKind
    title: str
    nobody: JsonObject
    answers: Answers = attrs.field(factory=dict)
    fields: tuple[QuestionField, ...] = ()
    told: Callable[[Answer], JsonObject] | None = None
    native_item: str | None = None
    command: str | None = None
    paths: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[ActionOption, ...]:
        return tuple(ActionOption(name, *_LABELS[name]) for name in self.answers)


def question(method: str, params: JsonObject, root: str) -> Question | None:
    """What a request asks; None if it is none that we answer."""
    match method:
        case "item/commandExecution/requestApproval":
            return _command(params)
        case "item/fileChange/requestApproval":
            return _file_change(params, root)
        case "item/permissions/requestApproval":
            return _permissions(params)
        case _:
            return None


def allows(option_id: str) -> bool:
    """Whether an option lets the thing be done."""
    return option_id in {ACCEPT, FOR_SESSION}


def _command(params: JsonObject) -> Question:
    host = raw.text(params, "networkApprovalContext", "host")
    command = raw.text(params, "command")
    script = None if command is None else command_line(command)
    wanted = f"Connect to {host}" if host else (script or "Run a command").partition("\n")[0]
    return Question(
        kind=ToolKind.FETCH if host else ToolKind.EXECUTE,
        title=_with_reason(wanted, params),
        answers={name: {"decision": name} for name in _LABELS},
        nobody={"decision": CANCEL},
        native_item=raw.text(params, "itemId"),
        command=script,
    )


def _file_change(params: JsonObject, root: str) -> Question:
    """What it would change was told before, with its item; here is only what goes beyond."""
    beyond = raw.text(params, "grantRoot")
    return Question(
        kind=ToolKind.EDIT,
        title=_with_reason(f"Write anywhere in {beyond}" if beyond else "", params),
        answers={name: {"decision": name} for name in _LABELS},
        nobody={"decision": CANCEL},
        native_item=raw.text(params, "itemId"),
        paths=(absolute(beyond, root),) if beyond else (),
    )


def _permissions(params: JsonObject) -> Question:
    """More than the sandbox allows, for a turn or for good. Declining gives nothing."""
    wanted = raw.clean(raw.as_object(params.get("permissions")))
    return Question(
        kind=ToolKind.OTHER,
        title=_with_reason(f"Reach beyond the sandbox: {_said(wanted)}", params),
        answers={
            ACCEPT: {"permissions": wanted, "scope": "turn"},
            FOR_SESSION: {"permissions": wanted, "scope": "session"},
            DECLINE: {"permissions": {}, "scope": "turn"},
        },
        nobody={"permissions": {}, "scope": "turn"},
        native_item=raw.text(params, "itemId"),
    )


def _with_reason(title: str, params: JsonObject) -> str:
    reason = raw.text(params, "reason")
    return ": ".join(filter(None, [title, reason]))


def _said(wanted: JsonValue) -> str:
    named = sorted(raw.as_object(wanted))
    return ", ".join(named) or "nothing in particular"
