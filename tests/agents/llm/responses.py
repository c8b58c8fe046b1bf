"""The interface of OpenAI's newer models: `POST /v1/responses`."""

import itertools
import json
from collections.abc import Iterator

from agents.llm.scenes import Asked, Call, Heard, Json, Offered, Refusal, Step, cut

_RESULTS = frozenset({"function_call_output", "custom_tool_call_output"})
_USAGE = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 5},
    "total_tokens": 120,
}


def read(body: Json) -> Asked:
    """What a request asks."""
    return Asked(
        heard=tuple(_heard(body)),
        tools=tuple(_tools(body.get("tools", []))),
        streams=bool(body.get("stream")),
        model=str(body.get("model")),
        effort=(body.get("reasoning") or {}).get("effort"),
    )


def _heard(body: Json) -> Iterator[Heard]:
    said = body.get("input") or []
    for item in [{"role": "user", "content": said}] if isinstance(said, str) else said:
        if item.get("type") in _RESULTS:
            yield Heard(json.dumps(item.get("output")), is_result=True)
            continue
        content = item.get("content") or []
        parts = [{"text": content}] if isinstance(content, str) else content
        for part in parts:
            yield Heard(str(part.get("text", "")), is_user=item.get("role") == "user")


def _tools(tools: list[Json]) -> Iterator[Offered]:
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from _tools(tool.get("tools", []))
            continue
        schema = tool.get("parameters")
        fields = None if schema is None else frozenset(schema.get("properties", {}))
        name = tool.get("name") or str(tool.get("type"))
        yield Offered(name, fields, is_free_text=tool.get("type") == "custom")


def whole(asked: Asked, step: Step, call: Call | None, number: int) -> Json:
    """The answer as one message."""
    output = [item for item, _ in _items(step, call, number)]
    return {**_response(asked, number), "status": "completed", "output": output, "usage": _USAGE}


def stream(asked: Asked, step: Step, call: Call | None, number: int) -> Iterator[tuple[str, Json]]:
    """The answer as named events, numbered from 0."""
    count = itertools.count()
    for name, event in _stream(asked, step, call, number):
        yield name, {"sequence_number": next(count), **event}


def _stream(asked: Asked, step: Step, call: Call | None, number: int) -> Iterator[tuple[str, Json]]:
    yield "response.created", {"response": _response(asked, number)}
    for index, (item, begun) in enumerate(_items(step, call, number)):
        yield "response.output_item.added", {"output_index": index, "item": begun}
        place = {"item_id": item["id"], "output_index": index}
        match item["type"]:
            case "reasoning":
                part = {"type": "summary_text", "text": ""}
                summary = {**place, "summary_index": 0}
                yield "response.reasoning_summary_part.added", {**summary, "part": part}
                for piece in cut(step.think, step.pieces):
                    yield "response.reasoning_summary_text.delta", {**summary, "delta": piece}
                yield "response.reasoning_summary_text.done", {**summary, "text": step.think}
            case "message":
                for piece in cut(step.say, step.pieces):
                    told = {**place, "content_index": 0, "delta": piece}
                    yield "response.output_text.delta", told
            case _:
                pass
        yield "response.output_item.done", {"output_index": index, "item": item}
    yield "response.completed", {"response": whole(asked, step, call, number)}


def refusal(refused: Refusal) -> Json:
    """The body of an error."""
    return {"error": {"type": refused.kind, "code": refused.kind, "message": refused.message}}


def _response(asked: Asked, number: int) -> Json:
    return {
        "id": f"resp_{number:06}",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": "in_progress",
        "model": asked.model,
        "output": [],
        "usage": None,
        "error": None,
    }


def _items(step: Step, call: Call | None, number: int) -> Iterator[tuple[Json, Json]]:
    """Each item as it ends, and as it begins."""
    if step.think:
        summary = [{"type": "summary_text", "text": step.think}]
        thought = {"type": "reasoning", "id": f"rs_{number:06}", "encrypted_content": None}
        yield {**thought, "summary": summary}, {**thought, "summary": []}
    if step.say:
        text = {"type": "output_text", "text": step.say, "annotations": []}
        said = {"type": "message", "id": f"msg_{number:06}", "role": "assistant"}
        yield (
            {**said, "status": "completed", "content": [text]},
            {**said, "status": "in_progress", "content": []},
        )
    if call is not None:
        named = {"call_id": f"call_{number:06}", "name": call.name, "status": "completed"}
        if call.text is not None:
            used = {"type": "custom_tool_call", "id": f"ctc_{number:06}", "input": call.text}
        else:
            arguments = json.dumps(call.arguments)
            used = {"type": "function_call", "id": f"fc_{number:06}", "arguments": arguments}
            if call.namespace is not None:
                used["namespace"] = call.namespace
        yield {**used, **named}, {**used, **named, "status": "in_progress"}
