"""Rules of a project: what agents may do without asking, must ask for, or may not do at all.

Deny wins over ask, ask over allow. The mode `plan` lets no rule through, and what is guarded (see
`patterns`) no rule and no approval given before.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from peon.domain.command_lines import Fit, is_dynamic, parse
from peon.domain.facts import Facts
from peon.domain.lookup import refuse_paths_outside, require_project
from peon.domain.model import Action, Model, Project, Rule, Thread
from peon.domain.patterns import Pattern, Wish, allows, catches, covering, wish
from peon.errors import CommandRejected
from peon_protocol.commands import AddRule, RemoveRule
from peon_protocol.events import Event, RuleAdded, RuleRemoved
from peon_protocol.ids import ActionId, RuleId
from peon_protocol.rejections import (
    ProviderUnknown,
    RuleCommandUnusable,
    RuleEmpty,
    RuleIdUsed,
    RuleNotFound,
)
from peon_protocol.values import Actor, Decider, DeciderKind, RuleVerdict, Scope, ToolKind


@attrs.frozen
class Judgement:
    """What is to become of an action, and by what that is so."""

    verdict: RuleVerdict
    by: Decider

    @property
    def rule_that_asks(self) -> Decider | None:
        """What wants a person to decide, where it is no mode."""
        asks = self.verdict is RuleVerdict.ASK and self.by.kind is DeciderKind.RULE
        return self.by if asks else None


def add_rule(command: AddRule, model: Model, facts: Facts) -> Iterator[Event]:
    """Sent again with the same id and content it is the same rule, and nothing happens."""
    project = require_project(model, command.project_id)
    _refuse_rule(command, facts)
    rule_id = command.rule_id or RuleId(facts.fresh_id)
    added = RuleAdded(
        project_id=project.project_id,
        rule_id=rule_id,
        verdict=command.verdict,
        provider=command.provider,
        tool_kind=command.tool_kind,
        path=command.path,
        command=command.command,
    )
    existing = project.rules.get(rule_id)
    if existing is not None and existing.event(project.project_id) == added:
        return
    if existing is not None or rule_id in project.removed_rules:
        raise CommandRejected(RuleIdUsed(rule_id))
    yield added


def remove_rule(command: RemoveRule, model: Model) -> Iterator[Event]:
    """Only a rule that is there can be taken back."""
    project = require_project(model, command.project_id)
    if command.rule_id not in project.rules:
        raise CommandRejected(RuleNotFound(project.project_id, command.rule_id))
    yield RuleRemoved(project_id=project.project_id, rule_id=command.rule_id)


@attrs.frozen
class Fresh:
    """What is about to be added: rules of the project, or what an approval for a session covers."""

    rules: tuple[Rule, ...] = ()
    grants: Mapping[ActionId, tuple[Pattern, ...]] = attrs.field(factory=dict)


NOTHING_FRESH: Final = Fresh()


def judge(
    project: Project, thread: Thread, wanted: Wish, fresh: Fresh = NOTHING_FRESH
) -> Judgement | None:
    """What rules and earlier approvals say of an action; None leaves it to the mode.

    `RuleVerdict.ASK` leaves it to a user, whatever the mode would say.
    """
    every = (*project.rules.values(), *fresh.rules)
    rules = [each for each in every if each.provider in (None, thread.provider)]
    ask: Rule | None = None
    for rule in rules:
        if rule.verdict is RuleVerdict.ALLOW:
            continue
        fit = catches(rule.pattern, wanted)
        if fit is Fit.YES and rule.verdict is RuleVerdict.DENY:
            return Judgement(RuleVerdict.DENY, _by(rule))
        if fit is not Fit.NO:
            ask = ask or rule
    if ask is not None:
        return Judgement(RuleVerdict.ASK, _by(ask))
    allowing = [each for each in rules if each.verdict is RuleVerdict.ALLOW]
    places = allows([each.pattern for each in allowing], wanted)
    if places:
        named = ",".join(allowing[place].rule_id for place in places)
        return Judgement(RuleVerdict.ALLOW, Decider(DeciderKind.RULE, named))
    return _by_session({**thread.grants, **fresh.grants}, wanted)


def scopes(wanted: Wish) -> tuple[Scope, ...]:
    """How far an approval of this may reach."""
    if wanted.kind is ToolKind.QUESTION:
        return (Scope.ONCE,)
    return tuple(Scope) if covering(wanted) else (Scope.ONCE,)


def wish_of(action: Action) -> Wish:
    """What an action is about, as it was when it was asked for.

    Of one that may be approved for longer, every path is known to lie inside.
    """
    outside = Scope.ALWAYS not in action.scopes
    return wish(action.kind, action.paths, action.command, outside=outside)


def rules_for(
    project: Project, thread: Thread, action: Action, facts: Facts
) -> Iterator[RuleAdded]:
    """The rules that «always» makes of an approval, but for those that are there already."""
    known = {
        (each.provider, each.pattern)
        for each in project.rules.values()
        if each.verdict is RuleVerdict.ALLOW
    }
    for place, pattern in enumerate(covering(wish_of(action))):
        if (thread.provider, pattern) in known:
            continue
        yield RuleAdded(
            project_id=project.project_id,
            rule_id=RuleId(f"{facts.fresh_id}.{place}" if place else facts.fresh_id),
            verdict=RuleVerdict.ALLOW,
            provider=thread.provider,
            tool_kind=pattern.tool_kind,
            path=pattern.path,
            command=pattern.command,
        )


def as_added(event: RuleAdded, actor: Actor) -> Rule:
    """The rule that an event is about to add."""
    return Rule(
        rule_id=event.rule_id,
        verdict=event.verdict,
        provider=event.provider,
        pattern=Pattern(tool_kind=event.tool_kind, path=event.path, command=event.command),
        created_at="",
        created_by=actor,
    )


def _by_session(grants: Mapping[ActionId, tuple[Pattern, ...]], wanted: Wish) -> Judgement | None:
    granted = [(action_id, pattern) for action_id, each in grants.items() for pattern in each]
    places = allows([pattern for _, pattern in granted], wanted)
    if not places:
        return None
    first = granted[places[0]][0]
    return Judgement(RuleVerdict.ALLOW, Decider(DeciderKind.SESSION, first))


def _by(rule: Rule) -> Decider:
    return Decider(DeciderKind.RULE, rule.rule_id)


def _refuse_rule(command: AddRule, facts: Facts) -> None:
    if command.provider is not None and command.provider not in facts.providers.ids:
        raise CommandRejected(ProviderUnknown(command.provider))
    if command.path is not None:
        refuse_paths_outside((command.path,))
    if command.command is not None:
        _refuse_command(command.command)
    if Pattern() == Pattern(
        tool_kind=command.tool_kind, path=command.path, command=command.command
    ):
        raise CommandRejected(RuleEmpty())


def _refuse_command(command: str) -> None:
    line = parse(command)
    if not line.commands:
        raise CommandRejected(RuleCommandUnusable(command, "says nothing"))
    if line.opaque or len(line.commands) > 1 or is_dynamic(line.commands[0]):
        reason = "holds more than the plain words of one command"
        raise CommandRejected(RuleCommandUnusable(command, reason))
