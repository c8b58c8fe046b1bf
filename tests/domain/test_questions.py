"""An agent may want to know something: a question is answered field by field, or declined."""

import pytest

from peon.domain.effects import AnswerAgent
from peon_protocol.commands import (
    ApprovePendingAction,
    InterruptTurn,
    RejectPendingAction,
)
from peon_protocol.events import ActionResolved
from peon_protocol.provider_events import ActionRequested, ActionWithdrawn
from peon_protocol.rejections import ActionAnswersInvalid, ActionHasNoSuchOption
from peon_protocol.values import (
    AnswerProblem,
    Decision,
    FieldChoice,
    FieldKind,
    ItemStatus,
    JsonValue,
    Mode,
    QuestionField,
    Scope,
    ToolKind,
)
from support.given import AGENT, Given, given
from support.story import (
    ALLOW,
    ASKED,
    REJECT,
    TALK,
    TOOL,
    TURN,
    a_running_turn,
    a_tool_call,
    moved,
    says,
)

COLOURS = (FieldChoice("red", "Red"), FieldChoice("blue", "Blue"), FieldChoice("green", "Green"))


def a_field(kind: FieldKind = FieldKind.TEXT, **more: object) -> QuestionField:
    members: dict[str, object] = {"name": "field", "label": "Field", "kind": kind, **more}
    return QuestionField(**members)  # type: ignore[arg-type]


COLOUR = a_field(FieldKind.CHOICE, name="colour", choices=COLOURS, required=True)
NOTE = a_field(name="note", default="none")
TOKEN = a_field(name="token", secret=True)


def a_question(*fields: QuestionField, **more: object) -> ActionRequested:
    members: dict[str, object] = {
        "action_id": ASKED,
        "item_id": TOOL,
        "kind": ToolKind.QUESTION,
        "title": "Which roses?",
        "options": (),
        "fields": fields,
        **more,
    }
    return ActionRequested(**members)  # type: ignore[arg-type]


def asked(*fields: QuestionField, mode: Mode = Mode.ASK) -> Given:
    told = given(a_running_turn(mode=mode))
    told.when(says(a_question(*fields)), by=AGENT).then_it_is("item.recorded", "action.requested")
    return told


def answering(**answers: JsonValue) -> ApprovePendingAction:
    return ApprovePendingAction(thread_id=TALK, action_id=ASKED, answers=answers)


def recorded(told: Given, command: ApprovePendingAction) -> ActionResolved:
    decided = told.when(command).decided
    assert isinstance(decided, tuple)
    return next(each for each in decided if isinstance(each, ActionResolved))


@pytest.mark.parametrize("mode", list(Mode))
def test_no_mode_answers_a_question(mode: Mode):
    given(a_running_turn(mode=mode)).when(says(a_question(COLOUR)), by=AGENT).then_it_is(
        "item.recorded", "action.requested"
    )


def test_what_has_fields_is_a_question_whatever_it_calls_itself():
    told = given(a_running_turn(mode=Mode.FULL))
    wish = a_question(COLOUR, kind=ToolKind.EXECUTE, command="make roses")
    decided = told.when(says(wish), by=AGENT).decided
    assert isinstance(decided, tuple)
    event = decided[-1]
    assert (event.kind, event.scopes) == (ToolKind.QUESTION, (Scope.ONCE,))  # type: ignore[union-attr]


def test_answers_are_recorded_but_for_the_secret_ones():
    told = asked(COLOUR, NOTE, TOKEN)
    told.when(answering(colour="red", token="open sesame")).then(
        ActionResolved(
            thread_id=TALK,
            turn_id=TURN,
            action_id=ASKED,
            decision=Decision.APPROVED,
            by=recorded(told, answering(colour="red")).by,
            scope=Scope.ONCE,
            answers={"colour": "red", "note": "none"},
        ),
        moved(TOOL, ItemStatus.COMPLETED),
    ).reacts(
        AnswerAgent(
            thread_id=TALK,
            turn_id=TURN,
            action_id=ASKED,
            item_id=TOOL,
            kind=ToolKind.QUESTION,
            option_id=None,
            decision=Decision.APPROVED,
            answers={"colour": "red", "note": "none"},
        )
    )


def test_null_is_no_answer_and_takes_no_default():
    event = recorded(asked(COLOUR, NOTE), answering(colour="red", note=None))
    assert event.answers == {"colour": "red"}


def test_a_question_that_is_declined_is_over():
    decided = asked(COLOUR).when(RejectPendingAction(thread_id=TALK, action_id=ASKED)).decided
    assert isinstance(decided, tuple)
    assert decided[-1] == moved(TOOL, ItemStatus.CANCELLED)


@pytest.mark.parametrize("answer", [answering(colour="red"), "declined"])
def test_a_tool_that_asked_goes_on_whatever_it_is_told(answer: object):
    told = given(a_running_turn(), a_tool_call())
    told.when(says(a_question(COLOUR)), by=AGENT).then_it_is("item.recorded", "action.requested")
    declined = RejectPendingAction(thread_id=TALK, action_id=ASKED)
    command = answer if isinstance(answer, ApprovePendingAction) else declined
    decided = told.when(command).decided
    assert isinstance(decided, tuple)
    assert decided[-1] == moved(TOOL, ItemStatus.RUNNING)


@pytest.mark.parametrize(
    "field, value",
    [
        pytest.param(a_field(), "words", id="a text"),
        pytest.param(a_field(), "", id="an empty text that need not be"),
        pytest.param(a_field(minimum=2, maximum=4), "éà漢", id="a text within bounds"),
        pytest.param(a_field(FieldKind.NUMBER), 1.5, id="a number"),
        pytest.param(a_field(FieldKind.NUMBER, minimum=1), 1, id="a number on its bound"),
        pytest.param(a_field(FieldKind.INTEGER, maximum=3), 3, id="a whole number"),
        pytest.param(a_field(FieldKind.BOOLEAN), False, id="no"),
        pytest.param(COLOUR, "blue", id="a choice"),
        pytest.param(a_field(FieldKind.CHOICES, choices=COLOURS), [], id="no choices"),
        pytest.param(
            a_field(FieldKind.CHOICES, choices=COLOURS, maximum=2), ["red", "blue"], id="choices"
        ),
    ],
)
def test_what_fits_is_taken(field: QuestionField, value: JsonValue):
    event = recorded(asked(field), answering(**{field.name: value}))
    assert event.answers == {field.name: value}


@pytest.mark.parametrize(
    "field, value, at, reason",
    [
        pytest.param(a_field(), 5, "", "expected a text", id="a number for a text"),
        pytest.param(a_field(required=True), "", "", "an answer is required", id="no text"),
        pytest.param(
            a_field(maximum=3), "four", "", "expected at most 3 characters", id="too long"
        ),
        pytest.param(a_field(minimum=3), "to", "", "expected at least 3 characters", id="short"),
        pytest.param(
            a_field(), "x" * 40_000, "", "expected at most 32768 characters", id="endless"
        ),
        pytest.param(a_field(FieldKind.NUMBER), "5", "", "expected a number", id="digits"),
        pytest.param(a_field(FieldKind.NUMBER), True, "", "expected a number", id="truth"),
        pytest.param(a_field(FieldKind.INTEGER), 1.5, "", "expected a whole number", id="a half"),
        pytest.param(a_field(FieldKind.INTEGER, minimum=2), 1, "", "expected at least 2", id="1"),
        pytest.param(a_field(FieldKind.BOOLEAN), 1, "", "expected true or false", id="one"),
        pytest.param(COLOUR, "pink", "", "expected one of red, blue, green", id="not offered"),
        pytest.param(COLOUR, ["red"], "", "expected one of red, blue, green", id="a list"),
        pytest.param(
            a_field(FieldKind.CHOICES, choices=COLOURS), "red", "", "expected a list", id="no list"
        ),
        pytest.param(
            a_field(FieldKind.CHOICES, choices=COLOURS),
            ["red", "pink"],
            "[1]",
            "expected one of red, blue, green",
            id="one not offered",
        ),
        pytest.param(
            a_field(FieldKind.CHOICES, choices=COLOURS),
            ["red", "red"],
            "[1]",
            "expected each choice once",
            id="twice",
        ),
        pytest.param(
            a_field(FieldKind.CHOICES, choices=COLOURS, required=True),
            [],
            "",
            "an answer is required",
            id="none of a required one",
        ),
        pytest.param(
            a_field(FieldKind.CHOICES, choices=COLOURS, minimum=2),
            ["red"],
            "",
            "expected at least 2 choices",
            id="too few",
        ),
        pytest.param(a_field(required=True), None, "", "an answer is required", id="null"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(
    field: QuestionField, value: JsonValue, at: str, reason: str
):
    path = f"$.params.answers.{field.name}{at}"
    problem = AnswerProblem(field.name, path, reason)
    answers = {field.name: value}
    asked(field).when(
        ApprovePendingAction(thread_id=TALK, action_id=ASKED, answers=answers)
    ).refused(ActionAnswersInvalid(ASKED, (problem,)))


def test_every_field_that_is_wrong_is_told_at_once():
    problems = (
        AnswerProblem("colour", "$.params.answers.colour", "an answer is required"),
        AnswerProblem("note", "$.params.answers.note", "expected a text"),
        AnswerProblem("shape", "$.params.answers.shape", "no such field"),
    )
    answers: dict[str, JsonValue] = {"note": 1, "shape": "round"}
    asked(COLOUR, NOTE).when(
        ApprovePendingAction(thread_id=TALK, action_id=ASKED, answers=answers)
    ).refused(ActionAnswersInvalid(ASKED, problems))


def test_a_refusal_does_not_tell_a_secret():
    told = asked(a_field(name="token", secret=True, maximum=4))
    decided = told.when(answering(token="hush, hush")).decided
    assert isinstance(decided, ActionAnswersInvalid)
    assert "hush" not in decided.message


def test_what_asks_no_question_takes_no_answers():
    told = given(a_running_turn())
    told.when(says(a_question(options=(ALLOW, REJECT))), by=AGENT).then_it_is(
        "item.recorded", "action.requested"
    )
    problem = AnswerProblem("colour", "$.params.answers.colour", "no such field")
    told.when(
        ApprovePendingAction(thread_id=TALK, action_id=ASKED, answers={"colour": "red"})
    ).refused(ActionAnswersInvalid(ASKED, (problem,)))


def test_a_question_offers_nothing_by_name_unless_the_agent_did():
    told = asked(COLOUR)
    told.when(
        ApprovePendingAction(
            thread_id=TALK, action_id=ASKED, option_id="allow", answers={"colour": "red"}
        )
    ).refused(ActionHasNoSuchOption(ASKED))


def test_what_is_proposed_must_do_and_is_no_secret():
    fields = (
        a_field(FieldKind.CHOICE, name="a", choices=COLOURS, default="pink"),
        a_field(name="b", secret=True, default="hush"),
        a_field(FieldKind.INTEGER, name="c", default=3),
        a_field(name="c", label="Again"),
    )
    decided = given(a_running_turn()).when(says(a_question(*fields)), by=AGENT).decided
    assert isinstance(decided, tuple)
    shown = decided[-1].fields  # type: ignore[union-attr]
    assert [(each.name, each.default) for each in shown] == [("a", None), ("b", None), ("c", 3)]


@pytest.mark.parametrize("ended", [InterruptTurn(thread_id=TALK), "withdrawn"])
def test_a_question_is_withdrawn_with_its_turn_and_by_its_agent(ended: object):
    told = asked(COLOUR, TOKEN)
    if isinstance(ended, InterruptTurn):
        decided = told.when(ended).decided
    else:
        decided = told.when(says(ActionWithdrawn(action_id=ASKED)), by=AGENT).decided
    assert isinstance(decided, tuple)
    event = next(each for each in decided if isinstance(each, ActionResolved))
    assert (event.decision, event.answers) == (Decision.WITHDRAWN, None)
    assert decided[-1] == moved(TOOL, ItemStatus.CANCELLED)
