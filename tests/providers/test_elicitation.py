"""Questions as agents ask them, as fields, and the answers in their words."""

from typing import Any

import pytest

from peon.providers import elicitation
from peon.providers.acp import messages
from peon.providers.codex.inquiries import inquiry
from peon.providers.port import WITHDRAWN, Answer
from peon_protocol.values import (
    Decision,
    FieldChoice,
    FieldKind,
    JsonValue,
    QuestionField,
    ToolKind,
)

DECLINED = Answer(decision=Decision.REJECTED)


def the_form(properties: dict[str, Any], *required: str) -> elicitation.Form | None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": list(required),
    }
    return elicitation.form({"mode": "form", "message": "Which?", "requestedSchema": schema})


def the_field(told: object, name: str = "a") -> QuestionField:
    form = the_form({name: told})
    assert form is not None
    (field,) = form.fields
    return field


@pytest.mark.parametrize(
    "told, field",
    [
        ({"type": "string"}, QuestionField(name="a", label="a", kind=FieldKind.TEXT)),
        (
            {"type": "string", "title": "A", "description": "d", "default": "x", "maxLength": 3},
            QuestionField(
                name="a",
                label="A",
                kind=FieldKind.TEXT,
                description="d",
                default="x",
                maximum=3,
            ),
        ),
        (
            {"type": "string", "format": "email", "pattern": ".+@.+"},
            QuestionField(
                name="a",
                label="a",
                kind=FieldKind.TEXT,
                description="Format: email\nPattern: .+@.+",
            ),
        ),
        (
            {"type": "integer", "minimum": 1, "maximum": 5, "default": 2},
            QuestionField(
                name="a", label="a", kind=FieldKind.INTEGER, minimum=1, maximum=5, default=2
            ),
        ),
        ({"type": "number"}, QuestionField(name="a", label="a", kind=FieldKind.NUMBER)),
        (
            {"type": "boolean", "default": False},
            QuestionField(name="a", label="a", kind=FieldKind.BOOLEAN, default=False),
        ),
        (
            {"type": "string", "enum": ["x", "y"], "enumNames": ["X"]},
            QuestionField(
                name="a",
                label="a",
                kind=FieldKind.CHOICE,
                choices=(FieldChoice("x", "X"), FieldChoice("y", "y")),
            ),
        ),
        (
            {"type": "string", "oneOf": [{"const": "x", "title": "X", "description": "d"}]},
            QuestionField(
                name="a", label="a", kind=FieldKind.CHOICE, choices=(FieldChoice("x", "X", "d"),)
            ),
        ),
        (
            {"type": "array", "items": {"anyOf": [{"const": "x", "title": "X"}]}, "maxItems": 2},
            QuestionField(
                name="a",
                label="a",
                kind=FieldKind.CHOICES,
                choices=(FieldChoice("x", "X"),),
                maximum=2,
            ),
        ),
    ],
)
def test_a_property_is_a_field(told: object, field: QuestionField):
    assert the_field(told) == field


@pytest.mark.parametrize(
    "name, told, secret",
    [
        ("a", {"type": "string", "format": "password"}, True),
        ("a", {"type": "string", "writeOnly": True}, True),
        ("password", {"type": "string"}, True),
        ("a", {"type": "string", "title": "API key"}, True),
        ("github_token", {"type": "string"}, True),
        ("clientSecret", {"type": "string"}, True),
        ("name", {"type": "string"}, False),
        ("tokenName", {"type": "string"}, False),
        ("key", {"type": "string"}, False),
        ("max_tokens", {"type": "integer"}, False),
        ("public_key", {"type": "string"}, False),
        ("keyboard", {"type": "string"}, False),
    ],
)
def test_what_is_called_a_secret_is_one(name: str, told: object, *, secret: bool):
    assert the_field(told, name).secret is secret


@pytest.mark.parametrize("told", [{"type": "object"}, {"type": "array", "items": {}}, 5, None])
def test_what_cannot_be_filled_in_is_left_out_or_no_question(told: object):
    form = the_form({"a": told, "b": {"type": "string"}})
    assert form is not None
    assert [field.name for field in form.fields] == ["b"]
    assert the_form({"a": told}, "a") is None


def the_page(url: JsonValue) -> elicitation.Form | None:
    return elicitation.form({"mode": "url", "message": "Log in", "url": url, "elicitationId": "e"})


def test_a_question_by_a_web_page_shows_its_address_and_asks_whether_one_goes_there():
    form = the_page("https://garden.example/in?code=1")
    assert form is not None
    assert form.title == "Log in: https://garden.example/in?code=1"
    assert [option.option_id for option in form.options] == ["accept", "decline"]
    assert form.fields == ()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://bank.example@evil.example/",
        "https://b\u0430nk.example/",
        "https://bank.example/ evil",
        "https://bank.example/\x1b[2J",
        "https://",
        "http://[",
        "",
        None,
        "https://bank.example/" + "a" * 2000,
    ],
)
def test_no_page_is_shown_whose_address_is_not_what_it_looks_like(url: JsonValue):
    assert the_page(url) is None


def test_a_kind_of_question_that_nobody_knows_is_not_asked():
    assert elicitation.form({"message": "Log in", "mode": "new"}) is None


def test_a_form_of_too_many_fields_is_not_asked():
    assert the_form({str(number): {"type": "string"} for number in range(101)}) is None


def test_a_form_without_fields_wants_yes_or_no():
    form = the_form({})
    assert form is not None
    assert [option.option_id for option in form.options] == ["accept", "decline"]


def test_answers_are_told_as_the_protocol_wants_them():
    accepted = Answer(decision=Decision.APPROVED, answers={"a": ["x"], "b": 1, "c": True})
    for tell in (messages.elicited, elicitation.reply):
        assert tell(accepted) == {"action": "accept", "content": {"a": ["x"], "b": 1, "c": True}}
        assert tell(DECLINED) == {"action": "decline"}
        assert tell(WITHDRAWN) == {"action": "cancel"}


def test_of_what_was_answered_on_a_page_only_the_consent_is_told():
    accepted = Answer(decision=Decision.APPROVED)
    assert messages.elicited(accepted, elsewhere=True) == {"action": "accept"}
    assert messages.elicited(DECLINED, elsewhere=True) == {"action": "decline"}


# ---- Codex -------------------------------------------------------------------------------------


def asks(*questions: dict[str, Any]) -> dict[str, Any]:
    return {"itemId": "call", "isBlocking": True, "questions": list(questions)}


CHOICE = {
    "id": "where",
    "header": "Where",
    "question": "Where to?",
    "isOther": True,
    "options": [{"label": "Here", "description": "d"}, {"label": "There", "description": ""}],
}
SECRET = {"id": "token", "header": "Token", "question": "Which token?", "isSecret": True}


def test_a_question_of_codex_has_a_field_for_each_and_one_for_something_else():
    found = inquiry("item/tool/requestUserInput", asks(CHOICE, SECRET))
    assert found is not None
    assert found.kind is ToolKind.QUESTION
    assert found.title == "Where; Token"
    assert [(f.name, f.kind, f.required, f.secret) for f in found.fields] == [
        ("where", FieldKind.CHOICE, False, False),
        ("where.other", FieldKind.TEXT, False, False),
        ("token", FieldKind.TEXT, True, True),
    ]
    assert found.told is not None
    answers = {"where": "Here", "where.other": "Nowhere", "token": "t"}
    assert found.told(Answer(decision=Decision.APPROVED, answers=answers)) == {
        "answers": {"where": {"answers": ["Nowhere"]}, "token": {"answers": ["t"]}}
    }
    assert found.told(DECLINED) == {"answers": {}}
    assert found.nobody == {"answers": {}}


def test_an_mcp_server_asks_through_codex():
    schema: Any = {"type": "object", "properties": {"a": {"type": "boolean"}}}
    params: Any = {
        "serverName": "docs",
        "mode": "form",
        "message": "Sure?",
        "requestedSchema": schema,
    }
    found = inquiry("mcpServer/elicitation/request", params)
    assert found is not None
    assert (found.title, found.told) == ("docs: Sure?", elicitation.reply)
    assert [field.kind for field in found.fields] == [FieldKind.BOOLEAN]


def test_leave_for_a_tool_of_an_mcp_server_is_leave():
    params: dict[str, Any] = {
        "serverName": "docs",
        "mode": "form",
        "message": "Run it?",
        "requestedSchema": {"type": "object", "properties": {}},
        "_meta": {"codex_approval_kind": "mcp_tool_call"},
    }
    found = inquiry("mcpServer/elicitation/request", params)
    assert found is not None
    assert found.kind is ToolKind.OTHER
    assert found.answers["accept"] == {"action": "accept", "content": {}}


@pytest.mark.parametrize("questions", [[], [5], [{"question": "?"}]])
def test_a_question_of_codex_without_questions_asks_nothing(questions: list[Any]):
    found = inquiry("item/tool/requestUserInput", {"questions": questions})
    assert found is not None
    assert found.fields == ()
