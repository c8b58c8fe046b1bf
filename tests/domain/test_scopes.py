"""An approval may reach further than once: to the end of the agent's session, or for always."""

import pytest

from peon.domain.receipts import result_of
from peon_protocol.commands import ApprovePendingAction
from peon_protocol.events import ActionResolved, Event, RuleAdded, SessionClosed
from peon_protocol.ids import ActionId, ItemId, RuleId
from peon_protocol.provider_events import ActionRequested
from peon_protocol.queue_results import ActionResult
from peon_protocol.rejections import (
    ActionHasNoSuchOption,
    ActionScopeNotAvailable,
)
from peon_protocol.values import (
    ActionOption,
    Decider,
    DeciderKind,
    Decision,
    ItemStatus,
    Mode,
    OptionKind,
    RuleVerdict,
    Scope,
    ToolKind,
)
from support.given import AGENT, FRESH, Given, given
from support.rules import allow
from support.story import (
    ALLOW,
    ALLOW_ALWAYS,
    ASKED,
    EVERY_OPTION,
    GARDEN,
    REJECT,
    SESSION,
    TALK,
    TOOL,
    TURN,
    a_running_turn,
    a_session,
    moved,
    says,
)

LATER = ActionId("later")
BY_VSCODE = Decider(DeciderKind.USER, "vscode")
BY_SESSION = Decider(DeciderKind.SESSION, ASKED)
EVERY_SCOPE = tuple(Scope)


def wants(
    command: str | None = None,
    *,
    action_id: ActionId = ASKED,
    kind: ToolKind | None = None,
    paths: tuple[str, ...] = (),
    options: tuple[ActionOption, ...] = EVERY_OPTION,
    title: str = "Do it",
) -> ActionRequested:
    chosen = kind or (ToolKind.EDIT if command is None else ToolKind.EXECUTE)
    return ActionRequested(
        action_id=action_id,
        item_id=ItemId(f"tool-{action_id}"),
        kind=chosen,
        title=title,
        options=options,
        paths=paths,
        command=command,
    )


def asked(wish: ActionRequested, mode: Mode = Mode.ASK) -> Given:
    """A turn whose agent has a session and has asked for something."""
    told = given(a_running_turn(mode=mode), a_session())
    told.when(says(wish), by=AGENT).then_it_is("item.recorded", "action.requested")
    return told


def approved(told: Given, scope: Scope) -> Given:
    return told.and_then(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=scope))


def passes(told: Given, wish: ActionRequested) -> bool:
    """Whether a wish is granted at once; nothing is recorded of it."""
    decided = told.when(says(wish), by=AGENT).decided
    assert isinstance(decided, tuple)
    return any(isinstance(each, ActionResolved) for each in decided)


def resolved(scope: Scope, option: ActionOption = ALLOW) -> Event:
    return ActionResolved(
        thread_id=TALK,
        turn_id=TURN,
        action_id=ASKED,
        decision=Decision.APPROVED,
        by=BY_VSCODE,
        option_id=option.option_id,
        scope=scope,
    )


def test_the_agent_gets_leave_for_once_however_far_the_approval_reaches():
    told = asked(wants("make test"))

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=Scope.SESSION)).then(
        resolved(Scope.SESSION), moved("tool-asked", ItemStatus.RUNNING)
    )


def test_an_approval_for_the_session_answers_the_same_wish_by_name():
    told = approved(asked(wants("make test")), Scope.SESSION)

    decided = told.when(says(wants("make test -k roses", action_id=LATER)), by=AGENT).decided
    assert isinstance(decided, tuple)

    settled = next(each for each in decided if isinstance(each, ActionResolved))
    assert settled.by == BY_SESSION
    assert settled.option_id == ALLOW.option_id


@pytest.mark.parametrize(
    "other",
    [
        wants("make", action_id=LATER),
        wants("make install", action_id=LATER),
        wants("make test && rm -rf roses", action_id=LATER),
        wants("make test > notes", action_id=LATER),
        wants("make test $(cat notes)", action_id=LATER),
        wants(None, action_id=LATER, kind=ToolKind.EXECUTE, title="make test"),
        wants(None, action_id=LATER, kind=ToolKind.EDIT, paths=("roses.txt",), title="make test"),
    ],
)
def test_an_approval_for_the_session_answers_no_other_wish(other: ActionRequested):
    assert not passes(approved(asked(wants("make test")), Scope.SESSION), other)


def test_an_approval_for_the_session_ends_with_the_session():
    told = approved(asked(wants("make test")), Scope.SESSION)
    told.and_then(SessionClosed(thread_id=TALK, session_id=SESSION, reason="closed"))

    assert not passes(told, wants("make test", action_id=LATER))


def test_an_edit_is_approved_for_the_session_everywhere_in_the_workspace():
    told = approved(asked(wants(paths=("roses.txt",))), Scope.SESSION)

    assert passes(told, wants(action_id=LATER, paths=("beds/tulips.txt",)))
    assert not passes(told, wants(action_id=LATER))
    assert not passes(told, wants(action_id=LATER, paths=(".git/hooks/pre-commit",)))
    assert not passes(told, wants(action_id=LATER, kind=ToolKind.DELETE, paths=("roses.txt",)))
    outside = told.when(says(wants(action_id=LATER, paths=("/etc/hosts",))), by=AGENT, outside=True)
    outside.then_it_is("item.recorded", "action.requested")


def test_what_deletes_is_approved_for_its_own_path_only():
    first = wants(kind=ToolKind.DELETE, paths=("a[1]*.txt",))
    told = approved(asked(first), Scope.SESSION)

    assert passes(told, wants(action_id=LATER, kind=ToolKind.DELETE, paths=("a[1]*.txt",)))
    assert not passes(told, wants(action_id=LATER, kind=ToolKind.DELETE, paths=("a[1]b.txt",)))


def test_approving_for_always_makes_a_rule_for_the_provider():
    told = asked(wants("git status --short"))

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=Scope.ALWAYS)).then(
        resolved(Scope.ALWAYS),
        moved("tool-asked", ItemStatus.RUNNING),
        RuleAdded(
            project_id=GARDEN,
            rule_id=RuleId(FRESH),
            verdict=RuleVerdict.ALLOW,
            provider="script",
            tool_kind=ToolKind.EXECUTE,
            command="git status --short",
        ),
    )

    assert passes(told, wants("git status --short --branch", action_id=LATER))
    assert not passes(told, wants("git stash", action_id=LATER))


def test_approving_several_commands_for_always_makes_a_rule_of_each():
    told = asked(wants("cd beds && 'my tool' roses; cd beds"))

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=Scope.ALWAYS)).then_it_is(
        "action.resolved", "item.recorded", "rule.added", "rule.added"
    )

    rules = told.model.projects[GARDEN].rules
    assert {each.pattern.command for each in rules.values()} == {"cd beds", "'my tool' roses"}
    assert passes(told, wants("cd beds && 'my tool' roses && cd beds", action_id=LATER))


def test_a_rule_that_is_there_already_is_not_made_again():
    told = approved(asked(wants("make test")), Scope.ALWAYS)
    told.and_then(
        says(wants("make test", action_id=LATER, options=(ALLOW_ALWAYS,))),
    )

    told.when(ApprovePendingAction(thread_id=TALK, action_id=LATER, scope=Scope.ALWAYS)).then_it_is(
        "action.resolved", "item.recorded"
    )


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param(wants(), id="an edit of nobody knows what"),
        pytest.param(wants(kind=ToolKind.OTHER), id="who knows what"),
        pytest.param(wants(kind=ToolKind.EXECUTE, title="make test"), id="no command but a title"),
        pytest.param(wants("make test > notes"), id="a redirection"),
        pytest.param(wants("make `cat notes`"), id="a substitution"),
        pytest.param(wants("make $TARGET"), id="a variable"),
        pytest.param(wants("rm -rf beds"), id="what throws work away"),
        pytest.param(wants("git reset --hard"), id="what throws work of git away"),
        pytest.param(wants(paths=(".git/config",)), id="a file of git"),
        pytest.param(wants(kind=ToolKind.QUESTION), id="a question"),
    ],
)
def test_what_cannot_be_told_again_is_approved_once_only(wish: ActionRequested):
    told = asked(wish)

    for scope in (Scope.SESSION, Scope.ALWAYS):
        told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=scope)).refused(
            ActionScopeNotAvailable(ASKED, scope)
        )
    assert told.thread().actions[ASKED].scopes == (Scope.ONCE,)
    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED)).then_it_is(
        "action.resolved", "item.recorded"
    )


def test_what_looks_only_is_approved_by_its_kind():
    told = approved(asked(wants(kind=ToolKind.FETCH)), Scope.SESSION)

    assert passes(told, wants(kind=ToolKind.FETCH, action_id=LATER))
    assert not passes(told, wants(kind=ToolKind.READ, action_id=LATER))


def test_an_option_of_the_agent_s_own_is_chosen_by_its_name():
    told = asked(wants("make test"))

    told.when(
        ApprovePendingAction(thread_id=TALK, action_id=ASKED, option_id=ALLOW_ALWAYS.option_id)
    ).then(resolved(Scope.ONCE, ALLOW_ALWAYS), moved("tool-asked", ItemStatus.RUNNING))


@pytest.mark.parametrize("option_id", [REJECT.option_id, "invented"])
def test_an_answer_is_one_of_those_the_agent_gave_and_says_yes(option_id: str):
    asked(wants("make test")).when(
        ApprovePendingAction(thread_id=TALK, action_id=ASKED, option_id=option_id)
    ).refused(ActionHasNoSuchOption(ASKED))


def test_leave_for_longer_may_be_given_by_the_only_option_there_is():
    ever = ActionOption("ever", "Always allow", OptionKind.ALLOW_ALWAYS)
    told = asked(wants("make test", options=(ever, REJECT)))

    told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=Scope.SESSION)).then(
        resolved(Scope.SESSION, ever), moved("tool-asked", ItemStatus.RUNNING)
    )


def test_what_may_be_approved_for_longer_says_so_when_it_is_asked():
    assert asked(wants("make test")).thread().actions[ASKED].scopes == EVERY_SCOPE
    assert TOOL not in asked(wants("make test")).thread().turns[TURN].items


MORE = ActionId("more")


def two_wishes(first: ActionRequested, second: ActionRequested) -> Given:
    told = asked(first).and_then(says(second))
    assert list(told.thread().pending) == [ASKED, second.action_id]
    return told


@pytest.mark.parametrize(
    "scope, by", [(Scope.SESSION, DeciderKind.SESSION), (Scope.ALWAYS, DeciderKind.RULE)]
)
def test_an_approval_that_reaches_further_settles_what_waits_and_is_covered(
    scope: Scope, by: DeciderKind
):
    told = two_wishes(wants("make test"), wants("make test -k roses", action_id=MORE))
    decided = told.when(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=scope)).decided
    assert isinstance(decided, tuple)
    settled = [each for each in decided if isinstance(each, ActionResolved)]
    assert [(each.action_id, each.by.kind, each.scope) for each in settled] == [
        (ASKED, DeciderKind.USER, scope),
        (MORE, by, Scope.ONCE),
    ]
    if by is DeciderKind.SESSION:
        assert settled[1].by.name == ASKED
    else:
        (rule,) = [each for each in decided if isinstance(each, RuleAdded)]
        assert settled[1].by.name == rule.rule_id


@pytest.mark.parametrize(
    "scope, other",
    [
        pytest.param(Scope.ONCE, wants("make test -k roses", action_id=MORE), id="once"),
        pytest.param(Scope.ALWAYS, wants("make roses", action_id=MORE), id="another command"),
        pytest.param(Scope.ALWAYS, wants("rm -r roses", action_id=MORE), id="what is guarded"),
        pytest.param(
            Scope.SESSION, wants("make test > log", action_id=MORE), id="what nobody can tell"
        ),
        pytest.param(
            Scope.ALWAYS, wants("make test", action_id=MORE, options=(REJECT,)), id="no option"
        ),
    ],
)
def test_what_is_not_covered_goes_on_waiting(scope: Scope, other: ActionRequested):
    told = two_wishes(wants("make test"), other)
    after = told.and_then(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=scope))
    assert list(after.thread().pending) == [MORE]


def test_a_question_that_waits_is_for_a_person_whatever_the_rules_say():
    question = wants(kind=ToolKind.QUESTION, action_id=MORE)
    told = two_wishes(wants("make test"), question).and_then(allow(kind="question"))
    after = told.and_then(ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=Scope.ALWAYS))
    assert list(after.thread().pending) == [MORE]


def test_the_answer_to_the_command_is_about_the_action_it_named():
    told = two_wishes(wants("make test"), wants("make test", action_id=MORE))
    decided = told.when(
        ApprovePendingAction(thread_id=TALK, action_id=ASKED, scope=Scope.ALWAYS)
    ).decided
    assert isinstance(decided, tuple)
    results = [result_of(event, "action/approve", 9, told.model) for event in decided]
    assert [each.action_id for each in results if isinstance(each, ActionResult)] == [ASKED]
