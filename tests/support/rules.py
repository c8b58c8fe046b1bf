"""Rules as a test gives them, and what became of a wish under them."""

from typing import Final

from peon_protocol import events
from peon_protocol.commands import AddRule
from peon_protocol.events import ActionResolved
from peon_protocol.ids import ItemId, RuleId
from peon_protocol.provider_events import ActionRequested
from peon_protocol.values import Decider, Mode, RuleVerdict, ToolKind
from support.given import AGENT, Given, given
from support.story import ASKED, EVERY_OPTION, GARDEN, a_running_turn, says


def allow(rule_id: str = "allow", **fits: object) -> AddRule:
    return _rule(RuleVerdict.ALLOW, rule_id, fits)


def ask(rule_id: str = "ask", **fits: object) -> AddRule:
    return _rule(RuleVerdict.ASK, rule_id, fits)


def deny(rule_id: str = "deny", **fits: object) -> AddRule:
    return _rule(RuleVerdict.DENY, rule_id, fits)


def _rule(verdict: RuleVerdict, rule_id: str, fits: dict[str, object]) -> AddRule:
    kind, path, command = fits.get("kind"), fits.get("path"), fits.get("command")
    provider = fits.get("provider")
    return AddRule(
        project_id=GARDEN,
        verdict=verdict,
        rule_id=RuleId(rule_id),
        provider=None if provider is None else str(provider),
        tool_kind=None if kind is None else ToolKind(str(kind)),
        path=None if path is None else str(path),
        command=None if command is None else str(command),
    )


def runs(command: str, *, kind: ToolKind = ToolKind.EXECUTE) -> ActionRequested:
    return wish(kind, (), command)


def edits(*paths: str, kind: ToolKind = ToolKind.EDIT) -> ActionRequested:
    return wish(kind, paths, None)


def wish(kind: ToolKind, paths: tuple[str, ...], command: str | None) -> ActionRequested:
    return ActionRequested(
        action_id=ASKED,
        item_id=ItemId("call"),
        kind=kind,
        title="git status",
        options=EVERY_OPTION,
        paths=paths,
        command=command,
    )


def settled(
    told: Given, wish: ActionRequested, *, outside: bool = False, private: bool = False
) -> tuple[str, str]:
    """What became of a wish, and by what; `ask` where a user is to say."""
    decided = told.when(says(wish), by=AGENT, outside=outside, private=private).decided
    assert isinstance(decided, tuple)
    for event in decided:
        if isinstance(event, ActionResolved):
            return event.decision.value, event.by.name
    return "ask", ""


def asked_by(told: Given, wish: ActionRequested, *, private: bool = False) -> Decider | None:
    """The rule by which a person is asked."""
    decided = told.when(says(wish), by=AGENT, private=private).decided
    assert isinstance(decided, tuple)
    (asked,) = [each for each in decided if isinstance(each, events.ActionRequested)]
    return asked.asked_by


def in_mode(mode: Mode, *rules: AddRule) -> Given:
    return given(a_running_turn(mode=mode), rules)


def under(*rules: AddRule) -> Given:
    return in_mode(Mode.ASK, *rules)


ASKS: Final = ("ask", "")
"""A user is to say."""
