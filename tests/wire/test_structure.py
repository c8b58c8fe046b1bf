"""Structuring is strict: what does not fit is refused, with the path to it."""

import pytest

from peon.wire import ParamsInvalid, structure, unstructure
from peon.wire.problems import MOST_PROBLEMS
from peon.wire.strict import DEEPEST_JSON
from peon_protocol.commands import (
    ConfigureThread,
    CreateProject,
    CreateThread,
    IngestProviderEvent,
    RestoreCheckpoint,
    StartTurn,
)
from peon_protocol.ids import CheckpointId, ItemId, ProjectId, ThreadId
from peon_protocol.notifications import EventsResync
from peon_protocol.provider_events import PlanReplaced, TextDelta, ToolCallUpdated
from peon_protocol.queries import ListProjects, ReadEvents
from peon_protocol.values import (
    ConflictChoice,
    EmbeddedResource,
    JsonValue,
    Mode,
    PlanEntry,
    ResourceContents,
    TextContent,
)

BELOW = "expected whole number below 2^53, which is as far as JSON readers agree"


def problems_of(raw: JsonValue, kind: type) -> list[str]:
    with pytest.raises(ParamsInvalid) as refused:
        structure(raw, kind)
    return list(refused.value.problems)


def nested(levels: int) -> JsonValue:
    value: JsonValue = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_names_are_camel_case_on_the_wire():
    command = structure({"projectId": "p", "threadId": "t"}, CreateThread)
    assert command == CreateThread(project_id=ProjectId("p"), thread_id=ThreadId("t"))


def test_snake_case_is_not_a_name_on_the_wire():
    assert problems_of({"project_id": "p"}, CreateThread) == [
        "required field missing @ $.params.projectId",
        "unknown field @ $.params.project_id",
    ]


def test_what_is_left_out_takes_its_default():
    command = structure({"threadId": "t", "checkpointId": "c"}, RestoreCheckpoint)
    assert (command.paths, command.conflicts) == (None, ConflictChoice.KEEP)


def test_null_is_as_good_as_left_out():
    assert structure({"threadId": "t", "mode": None}, ConfigureThread).mode is None


def test_defaults_are_written_out():
    assert unstructure(CreateProject(root="/srv/garden")) == {
        "root": "/srv/garden",
        "projectId": None,
        "title": None,
        "commandId": None,
    }


def test_params_without_members_are_an_empty_object():
    assert structure({}, ListProjects) == ListProjects()
    assert unstructure(ListProjects()) == {}


@pytest.mark.parametrize(
    "raw, kind, problem",
    [
        ({}, CreateProject, "required field missing @ $.params.root"),
        ({"root": "/", "colour": 1}, CreateProject, "unknown field @ $.params.colour"),
        ({"root": 5}, CreateProject, "expected string, got number @ $.params.root"),
        ({"root": None}, CreateProject, "expected string, got null @ $.params.root"),
        ({"root": True}, CreateProject, "expected string, got boolean @ $.params.root"),
        ({"root": []}, CreateProject, "expected string, got array @ $.params.root"),
        ({"root": {}}, CreateProject, "expected string, got object @ $.params.root"),
        ({"root": "/", "title": 1}, CreateProject, "expected string, got number @ $.params.title"),
        ([], CreateProject, "expected object, got array @ $.params"),
        ("root", CreateProject, "expected object, got string @ $.params"),
        (None, CreateProject, "expected object, got null @ $.params"),
        ({"after": True}, ReadEvents, "expected whole number, got boolean @ $.params.after"),
        ({"after": 1.5}, ReadEvents, "expected whole number, got 1.5 @ $.params.after"),
        ({"after": "1"}, ReadEvents, "expected whole number, got string @ $.params.after"),
        (
            {"after": 2**53},
            ReadEvents,
            f"{BELOW} @ $.params.after",
        ),
        (
            {"threadId": "t", "archived": 1},
            ConfigureThread,
            "expected boolean, got number @ $.params.archived",
        ),
        (
            {"threadId": "t", "mode": "Ask"},
            ConfigureThread,
            'expected one of plan, ask, edits, full, got "Ask" @ $.params.mode',
        ),
        (
            {"threadId": "t", "mode": ["ask"]},
            ConfigureThread,
            "expected one of plan, ask, edits, full, got array @ $.params.mode",
        ),
        (
            {"threadId": "t", "checkpointId": "c", "paths": "a.py"},
            RestoreCheckpoint,
            "expected array, got string @ $.params.paths",
        ),
        (
            {"threadId": "t", "checkpointId": "c", "paths": ["a.py", 2]},
            RestoreCheckpoint,
            "expected string, got number @ $.params.paths[1]",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(raw: JsonValue, kind: type, problem: str):
    assert problems_of(raw, kind) == [problem]


@pytest.mark.parametrize("bad", ["", "a b", "../etc", "x" * 129, "é", "a\n"])
def test_an_id_matches_its_pattern(bad: str):
    (problem,) = problems_of({"threadId": bad}, ConfigureThread)
    assert problem.startswith("expected id that matches ^[A-Za-z0-9_.:-]{1,128}$, got ")
    assert problem.endswith(" @ $.params.threadId")


def test_an_id_may_be_as_long_as_the_pattern_says():
    longest = "x" * 128
    assert structure({"threadId": longest}, ConfigureThread).thread_id == longest


def test_all_problems_are_told_at_once_and_in_order():
    raw: JsonValue = {"prompt": 1, "mode": "?", "zeta": 0, "alpha": 0}
    assert problems_of(raw, StartTurn) == [
        "unknown field @ $.params.alpha",
        'expected one of plan, ask, edits, full, got "?" @ $.params.mode',
        "expected string or array, got number @ $.params.prompt",
        "required field missing @ $.params.threadId",
        "unknown field @ $.params.zeta",
    ]


def test_problems_are_bounded_in_number_and_in_length():
    raw: JsonValue = {"root": "/", **{f"field{n:04d}": n for n in range(1_000)}, "x" * 10_000: 1}
    told = problems_of(raw, CreateProject)
    assert len(told) == MOST_PROBLEMS + 1
    assert told[-1] == f"{1_001 - MOST_PROBLEMS} more problems @ $.params"
    assert all(
        len(problem) < 200 for problem in problems_of({"root": "/", "x" * 999: 1}, CreateProject)
    )


def test_the_path_may_begin_elsewhere():
    with pytest.raises(ParamsInvalid) as refused:
        structure({}, EventsResync, root="$")
    assert list(refused.value.problems) == [
        "required field missing @ $.after",
        "required field missing @ $.subscriptionId",
    ]


def test_a_prompt_is_text_or_blocks():
    assert structure({"threadId": "t", "prompt": "hi"}, StartTurn).prompt == "hi"
    blocks: JsonValue = [
        {"type": "text", "text": "hi"},
        {"type": "resource", "resource": {"uri": "file:///a", "text": "x"}},
    ]
    assert structure({"threadId": "t", "prompt": blocks}, StartTurn).prompt == (
        TextContent("hi"),
        EmbeddedResource(ResourceContents("file:///a", text="x")),
    )


def test_a_tag_chooses_the_class_and_is_written_again():
    raw: JsonValue = {"threadId": "t", "event": {"type": "textDelta", "text": "a"}}
    command = structure(raw, IngestProviderEvent)
    assert command.event == TextDelta(text="a")
    assert unstructure(command.event) == {"type": "textDelta", "text": "a", "itemId": None}


@pytest.mark.parametrize("tag", ["text", None, 5, ["textDelta"], {}])
def test_a_tag_that_is_unknown_is_told_where_it_stands(tag: JsonValue):
    raw: JsonValue = {"threadId": "t", "event": {"type": tag, "text": "a"}}
    (problem,) = problems_of(raw, IngestProviderEvent)
    assert problem.startswith("expected one of sessionStarted, sessionEnded, textDelta, ")
    assert problem.endswith(" @ $.params.event.type")


def test_problems_inside_a_tagged_object_have_their_path():
    raw: JsonValue = {"threadId": "t", "event": {"type": "planReplaced", "entries": [{}, 7]}}
    assert problems_of(raw, IngestProviderEvent) == [
        "required field missing @ $.params.event.entries[0].content",
        "expected object, got number @ $.params.event.entries[1]",
    ]


def test_lists_of_objects_take_their_defaults_too():
    raw: JsonValue = {
        "threadId": "t",
        "event": {"type": "planReplaced", "entries": [{"content": "dig"}]},
    }
    assert structure(raw, IngestProviderEvent).event == PlanReplaced(entries=(PlanEntry("dig"),))


@pytest.mark.parametrize(
    "free",
    [{"jsonrpc": "2.0", "id": 1, "method": "x"}, [1, 2.5, None, "é"], "text", 0, True, None],
)
def test_free_json_goes_through_untouched(free: JsonValue):
    raw: JsonValue = {
        "threadId": "t",
        "event": {"type": "toolCallUpdated", "itemId": "i", "input": free},
    }
    event = structure(raw, IngestProviderEvent).event
    assert event == ToolCallUpdated(item_id=ItemId("i"), input=free)
    assert unstructure(event)["input"] == free  # type: ignore[index,call-overload]


def test_free_json_is_not_nested_deeper_than_it_can_be_written():
    def raw(levels: int) -> JsonValue:
        event: JsonValue = {"type": "toolCallUpdated", "itemId": "i", "input": nested(levels)}
        return {"threadId": "t", "event": event}

    structure(raw(DEEPEST_JSON), IngestProviderEvent)
    assert problems_of(raw(DEEPEST_JSON + 1), IngestProviderEvent) == [
        f"nested deeper than {DEEPEST_JSON} levels @ $.params.event.input"
    ]


def test_words_are_written_as_plain_text():
    written = unstructure(ConfigureThread(thread_id=ThreadId("t"), mode=Mode.EDITS))
    assert isinstance(written, dict)
    assert type(written["mode"]) is str


def test_tuples_are_written_as_arrays():
    command = RestoreCheckpoint(
        thread_id=ThreadId("t"), checkpoint_id=CheckpointId("c"), paths=("a", "b")
    )
    written = unstructure(command)
    assert isinstance(written, dict)
    assert written["paths"] == ["a", "b"]
