"""Rules settle what agents ask for. Deny wins over ask, ask over allow, and allow over modes."""

import pytest

from peon_protocol.commands import AddRule, RemoveRule
from peon_protocol.events import ActionResolved, RuleAdded, RuleRemoved
from peon_protocol.ids import ItemId, ProjectId, RuleId
from peon_protocol.provider_events import ActionRequested
from peon_protocol.rejections import (
    PathOutsideWorkspace,
    ProjectNotFound,
    ProviderUnknown,
    RuleCommandUnusable,
    RuleEmpty,
    RuleIdUsed,
    RuleNotFound,
)
from peon_protocol.values import Decider, DeciderKind, Decision, Mode, RuleVerdict, Scope, ToolKind
from support.given import AGENT, FRESH, given
from support.rules import (
    ASKS,
    allow,
    ask,
    asked_by,
    deny,
    edits,
    in_mode,
    runs,
    settled,
    under,
    wish,
)
from support.story import (
    ALLOW,
    ASKED,
    GARDEN,
    REJECT,
    TALK,
    TURN,
    a_project,
    says,
)

NOWHERE = ProjectId("nowhere")
RULE = RuleId("rule")


def a_rule(
    verdict: RuleVerdict = RuleVerdict.ALLOW,
    *,
    rule_id: RuleId = RULE,
    provider: str | None = None,
    tool_kind: ToolKind | None = None,
    path: str | None = None,
    command: str | None = None,
) -> AddRule:
    return AddRule(
        project_id=GARDEN,
        rule_id=rule_id,
        verdict=verdict,
        provider=provider,
        tool_kind=tool_kind,
        path=path,
        command=command,
    )


# ---- adding and taking back ----------------------------------------------------------------------


def test_a_rule_is_added():
    told = given(a_project())

    told.when(AddRule(project_id=GARDEN, verdict=RuleVerdict.DENY, path="secrets/**")).then(
        RuleAdded(
            project_id=GARDEN,
            rule_id=RuleId(FRESH),
            verdict=RuleVerdict.DENY,
            path="secrets/**",
        )
    )


def test_a_rule_is_added_once():
    told = given(a_project(), a_rule(command="make test"))

    told.when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, command="make test")
    ).nothing()
    told.when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, command="make")
    ).refused(RuleIdUsed(RULE))


def test_a_rule_is_taken_back_and_its_id_is_used():
    told = given(a_project(), a_rule(command="make test"))

    told.when(RemoveRule(project_id=GARDEN, rule_id=RULE)).then(
        RuleRemoved(project_id=GARDEN, rule_id=RULE)
    )
    told.when(RemoveRule(project_id=GARDEN, rule_id=RULE)).refused(RuleNotFound(GARDEN, RULE))
    told.when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, command="make test")
    ).refused(RuleIdUsed(RULE))


def test_rules_need_a_project():
    given().when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, command="make")
    ).refused(ProjectNotFound(GARDEN))
    given().when(RemoveRule(project_id=NOWHERE, rule_id=RULE)).refused(ProjectNotFound(NOWHERE))


def test_a_rule_says_what_it_is_about():
    told = given(a_project())

    told.when(AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW)).refused(
        RuleEmpty()
    )
    told.when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, provider="claude")
    ).refused(RuleEmpty())
    told.when(
        AddRule(
            project_id=GARDEN,
            rule_id=RULE,
            verdict=RuleVerdict.ALLOW,
            provider="eliza",
            tool_kind=ToolKind.EDIT,
        )
    ).refused(ProviderUnknown("eliza"))


@pytest.mark.parametrize("path", ["/etc/**", "../other/**", "a/../../b", ""])
def test_a_rule_is_about_places_in_the_project(path: str):
    given(a_project()).when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, path=path)
    ).refused(PathOutsideWorkspace(path))


@pytest.mark.parametrize(
    "command", ["git status; make", "a && b", "a | b", "a > b", "a $(b)", "a $B", "`a`", "a 'b"]
)
def test_a_rule_is_about_one_plain_command(command: str):
    given(a_project()).when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, command=command)
    ).refused(RuleCommandUnusable(command, "holds more than the plain words of one command"))


@pytest.mark.parametrize("command", ["", "  ", ";", "\t"])
def test_a_rule_s_command_says_something(command: str):
    given(a_project()).when(
        AddRule(project_id=GARDEN, rule_id=RULE, verdict=RuleVerdict.ALLOW, command=command)
    ).refused(RuleCommandUnusable(command, "says nothing"))


# ---- what they settle ----------------------------------------------------------------------------


def test_a_rule_that_allows_answers_at_once_and_is_named():
    told = under(allow(command="make test"))

    told.when(says(runs("make test")), by=AGENT).then_it_is(
        "item.recorded", "action.requested", "action.resolved", "item.recorded"
    )

    action = told.thread().actions[ASKED]
    assert (action.decision, action.by) == (
        Decision.APPROVED,
        Decider(DeciderKind.RULE, "allow"),
    )


def test_a_rule_that_denies_refuses_with_the_agent_s_own_option():
    told = in_mode(Mode.FULL, deny(command="make test"))

    decided = told.when(says(runs("make test")), by=AGENT).decided

    assert isinstance(decided, tuple)
    assert (
        ActionResolved(
            thread_id=TALK,
            turn_id=TURN,
            action_id=ASKED,
            decision=Decision.REJECTED,
            by=Decider(DeciderKind.RULE, "deny"),
            option_id=REJECT.option_id,
        )
        in decided
    )


def test_deny_wins_over_ask_and_ask_over_allow():
    told = in_mode(Mode.FULL, allow(kind="execute"), ask(command="make"), deny(command="make all"))

    assert settled(told, runs("git status")) == ("approved", "allow")
    assert settled(told, runs("make test")) == ASKS
    assert settled(told, runs("make all")) == ("rejected", "deny")


def test_what_a_rule_leaves_to_a_person_says_by_which():
    told = in_mode(Mode.FULL, ask(command="make"))

    assert asked_by(told, runs("make test")) == Decider(DeciderKind.RULE, "ask")
    assert asked_by(told, runs("git status")) is None
    assert asked_by(under(allow(kind="edit")), runs("make")) is None, "the mode asks"
    waiting = told.and_then(says(runs("make test"))).thread().actions[ASKED]
    assert waiting.asked_by == Decider(DeciderKind.RULE, "ask")
    private = asked_by(in_mode(Mode.FULL), edits("state/log"), private=True)
    assert private == Decider(DeciderKind.RULE, "the server's own files")


def test_the_order_of_rules_does_not_count():
    told = in_mode(Mode.FULL, deny(command="make all"), ask(command="make"), allow(kind="execute"))

    assert settled(told, runs("make test")) == ASKS
    assert settled(told, runs("make all")) == ("rejected", "deny")


def test_a_rule_of_another_provider_is_not_looked_at():
    told = under(allow(command="make", provider="claude"))
    assert settled(told, runs("make")) == ASKS

    told = under(allow(command="make", provider="script"))
    assert settled(told, runs("make")) == ("approved", "allow")


def test_a_rule_that_was_taken_back_settles_nothing():
    told = under(allow(command="make"))
    told.and_then(RemoveRule(project_id=GARDEN, rule_id=RuleId("allow")))

    assert settled(told, runs("make")) == ASKS


def test_plan_lets_no_rule_through():
    told = in_mode(Mode.PLAN, allow(kind="execute"), allow("all", path="**"))

    assert settled(told, runs("make")) == ("rejected", "plan")
    assert settled(told, edits("roses.txt")) == ("rejected", "plan")


def test_what_is_given_must_all_fit():
    told = under(allow(kind="edit", path="beds/**"))

    assert settled(told, edits("beds/roses.txt")) == ("approved", "allow")
    assert settled(told, edits("beds/roses.txt", kind=ToolKind.DELETE)) == ASKS
    assert settled(told, edits("shed/roses.txt")) == ASKS


def test_a_command_is_an_execution_whatever_it_is_called():
    told = under(allow(kind="read"), deny(kind="execute", command="curl"))

    assert settled(told, runs("make", kind=ToolKind.READ)) == ASKS
    assert settled(told, runs("curl x", kind=ToolKind.READ)) == ("rejected", "deny")


def test_a_title_is_not_a_command():
    """The title of every wish here is `git status`."""
    told = under(allow(command="git status"))

    assert settled(told, edits("roses.txt")) == ASKS
    assert settled(told, wish(ToolKind.EXECUTE, (), None)) == ASKS
    assert settled(told, runs("rm -rf .")) == ASKS


def test_a_command_that_is_not_told_is_asked_about_where_some_are_denied():
    told = in_mode(Mode.FULL, deny(command="curl"))

    assert settled(told, wish(ToolKind.EXECUTE, (), None)) == ASKS
    assert settled(told, edits("roses.txt")) == ("approved", "full")


# ---- places --------------------------------------------------------------------------------------


def test_every_path_must_be_in_a_place_that_is_allowed():
    told = under(allow(kind="edit", path="beds/**"))

    assert settled(told, edits("beds/a", "beds/b")) == ("approved", "allow")
    assert settled(told, edits("beds/a", "shed/b")) == ASKS


def test_any_path_in_a_place_that_is_denied_is_enough():
    told = in_mode(Mode.FULL, deny(path="secrets/**"))

    assert settled(told, edits("beds/a", "secrets/key")) == ("rejected", "deny")
    assert settled(told, edits("beds/a", "SECRETS/key")) == ("rejected", "deny")
    assert settled(told, edits("secrets")) == ("rejected", "deny")
    assert settled(told, edits("beds/secrets/key")) == ("approved", "full")


def test_a_path_outside_is_never_allowed_by_a_rule():
    told = under(allow(path="**"), allow("kind", kind="edit"))

    assert settled(told, edits("roses.txt")) == ("approved", "allow")
    assert settled(told, edits("/etc/hosts"), outside=True) == ASKS
    assert settled(told, edits("/etc/hosts", kind=ToolKind.READ), outside=True) == ASKS
    assert settled(told, edits("roses.txt", "/etc/hosts"), outside=True) == ASKS
    reading = under(allow("reading", kind="read"))
    assert settled(reading, edits("/etc/hosts", kind=ToolKind.READ), outside=True) == ASKS


def test_an_edit_of_nobody_knows_what_is_not_allowed_by_its_kind():
    told = under(allow(kind="edit"), allow("reading", kind="read"))

    assert settled(told, edits()) == ASKS
    assert settled(told, edits("roses.txt")) == ("approved", "allow")
    assert settled(told, edits(kind=ToolKind.READ)) == ("approved", "reading")


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/pre-commit",
        "beds/.git/config",
        ".GIT/config",
        ".vscode/settings.json",
        ".claude/settings.json",
        ".mcp.json",
    ],
)
def test_what_says_what_others_may_do_is_edited_by_no_rule(path: str):
    assert settled(under(allow(path="**"), allow("kind", kind="edit")), edits(path)) == ASKS
    assert settled(in_mode(Mode.EDITS), edits(path)) == ASKS


def test_the_server_s_own_files_are_asked_about_whatever_the_mode():
    told = in_mode(Mode.FULL, allow(path="**"))

    assert settled(told, edits("state/log"), private=True) == ASKS
    denied = in_mode(Mode.FULL, allow(path="**"), deny(kind="edit"))
    assert settled(denied, edits("state/log"), private=True) == ("rejected", "deny")
    assert settled(told, edits("state/log")) == ("approved", "allow")


@pytest.mark.parametrize(
    "glob,fitting,others",
    [
        ("roses.txt", ["roses.txt"], ["beds/roses.txt", "roses_txt"]),
        ("*.txt", ["roses.txt"], ["beds/roses.txt", "roses.md"]),
        ("**/*.txt", ["roses.txt", "a/b/roses.txt"], ["roses.md"]),
        ("beds/**", ["beds/a", "beds/a/b", "beds"], ["bedside", "shed/beds/a"]),
        ("beds/*", ["beds/a"], ["beds/a/b", "beds"]),
        ("b?d/x", ["bed/x"], ["b/d/x", "beed/x"]),
        ("a/**/z", ["a/z", "a/b/c/z"], ["az", "a/bz"]),
        ("[id].ts", ["[id].ts"], ["i.ts"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("**", ["a", "a/b"], []),
    ],
)
def test_what_a_glob_fits(glob: str, fitting: list[str], others: list[str]):
    told = under(allow(kind="edit", path=glob))

    assert {path: settled(told, edits(path))[0] for path in fitting} == dict.fromkeys(
        fitting, "approved"
    )
    assert {path: settled(told, edits(path))[0] for path in others} == dict.fromkeys(others, "ask")


def test_a_rule_cannot_choose_what_the_agent_does_not_offer():
    told = under(allow(command="make"))
    asked = ActionRequested(
        action_id=ASKED,
        item_id=ItemId("call"),
        kind=ToolKind.EXECUTE,
        title="Run",
        options=(REJECT,),
        command="make",
    )

    told.when(says(asked), by=AGENT).then_it_is("item.recorded", "action.requested")
    assert ALLOW not in asked.options
    assert told.thread().actions[ASKED].scopes == tuple(Scope)
