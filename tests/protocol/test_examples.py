"""The golden files are messages: each is read, written again the same, and fits the schema."""

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generator.samples.cast import PROJECT, THREAD
from peon.domain.model import Model
from peon.domain.project import project
from peon.wire import decode_event, dumps, structure, unstructure
from peon_protocol.commands import IngestProviderEvent
from peon_protocol.events import StoredEvent
from peon_protocol.failures import ErrorContent, FailureKind
from peon_protocol.methods import METHODS_BY_NAME
from peon_protocol.rejections import Rejection
from support.sources import ROOT

EXAMPLES = ROOT / "protocol" / "examples"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def examples(folder: str) -> list[Any]:
    files = sorted((EXAMPLES / folder).glob("*.json"))
    return [pytest.param(read(file), id=file.stem) for file in files]


@functools.cache
def schema() -> dict[str, Any]:
    parsed: dict[str, Any] = read(ROOT / "protocol" / "schema.json")
    return parsed


def assert_fits(value: Any, definition: str) -> None:
    wanted = {"$ref": f"#/$defs/{definition}", "$defs": schema()["$defs"]}
    Draft202012Validator(wanted).validate(value)


def assert_comes_back(value: Any, kind: type) -> None:
    assert unstructure(structure(value, kind)) == value


def definition_in(table: str, name: str, member: str) -> str:
    reference: str = schema()[table][name][member]["$ref"]
    return reference.removeprefix("#/$defs/")


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("exchange", examples("requests"))
def test_a_request_and_its_response(exchange: Any):
    request, response = exchange["request"], exchange["response"]
    method = METHODS_BY_NAME[request["method"]]
    assert method.result is not None
    assert request["id"] == response["id"]
    assert_comes_back(request["params"], method.params)
    assert_comes_back(response["result"], method.result)
    assert_fits(request["params"], definition_in("methods", method.name, "params"))
    assert_fits(response["result"], definition_in("methods", method.name, "result"))


@pytest.mark.parametrize("notice", examples("notifications"))
def test_a_notification(notice: Any):
    method = METHODS_BY_NAME[notice["method"]]
    assert "id" not in notice
    assert_comes_back(notice["params"], method.params)
    assert_fits(notice["params"], definition_in("methods", method.name, "params"))


@pytest.mark.parametrize("event", examples("events"))
def test_an_event_of_every_schema_is_read(event: Any):
    present = unstructure(decode_event(dumps(event)))
    assert_fits(present, "StoredEvent")
    if event["schema"] == schema()["events"][event["type"]]["schema"]:
        assert present == event
        assert_comes_back(event, StoredEvent)
        assert_fits(event["payload"], definition_in("events", event["type"], "payload"))


@pytest.mark.parametrize("said", examples("provider-events"))
def test_a_provider_event(said: Any):
    params = {"threadId": "t", "event": said, "commandId": None}
    assert_comes_back(params, IngestProviderEvent)
    assert_fits(said, "ProviderEvent")


@pytest.mark.parametrize("response", examples("errors"))
def test_an_error_response(response: Any):
    error = response["error"]
    content = error["data"]
    assert error["message"] == content["message"]
    assert error["code"] == schema()["errors"][content["kind"]]["code"]
    assert_comes_back(content, ErrorContent)
    assert_fits(content, "ErrorContent")
    if content["kind"] not in set(FailureKind):
        assert_fits(content["details"], definition_in("errors", content["kind"], "details"))


@pytest.mark.parametrize("response", examples("errors"))
def test_a_refusal_is_said_as_the_class_says_it(response: Any):
    content = response["error"]["data"]
    kind = next((each for each in Rejection.__args__ if content["kind"] == each.KIND), None)
    if kind is not None:
        rejection = structure(content["details"], kind)
        assert (content["message"], content["remedy"]) == (rejection.message, kind.REMEDY)


@pytest.mark.parametrize("broken", [{"sequence": 0.5}, {"type": "turn.lost"}, {"extra": 1}])
def test_the_schema_refuses_what_is_no_event(broken: dict[str, Any]):
    event = read(EXAMPLES / "events" / "turn.started.1.json")
    wanted = {"$ref": "#/$defs/StoredEvent", "$defs": schema()["$defs"]}
    assert not Draft202012Validator(wanted).is_valid({**event, **broken})


def test_the_schema_ties_the_type_of_an_event_to_its_payload():
    event = read(EXAMPLES / "events" / "turn.started.1.json")
    other = read(EXAMPLES / "events" / "thread.deleted.1.json")
    wanted = {"$ref": "#/$defs/StoredEvent", "$defs": schema()["$defs"]}
    assert not Draft202012Validator(wanted).is_valid({**event, "payload": other["payload"]})


def told() -> list[StoredEvent]:
    return [decode_event(dumps(raw)) for raw in read(EXAMPLES / "story.json")]


def test_the_story_is_a_log_as_the_rules_would_have_written_it():
    model = Model()
    for event in told():
        project(model, event)
    assert [event.sequence for event in told()] == list(range(1, len(told()) + 1))
    assert (model.projects, model.threads, model.outbox) == ({}, {}, {})
    assert model.versions == {PROJECT: 5, THREAD: 75, "thr-tests": 7}


def test_the_sample_answers_are_those_of_the_story():
    model = Model()
    for event in told():
        project(model, event)
    for parameters in examples("requests"):
        (exchange,) = parameters.values
        receipt = model.receipts.get(exchange["request"]["params"].get("commandId"))
        if receipt is not None:
            assert exchange["response"]["result"] == unstructure(receipt.result)
