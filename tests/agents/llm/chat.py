"""The interface of OpenAI's older models, which most others offer too: `/v1/chat/completions`."""

import json
from collections.abc import Iterator

from agents.llm.scenes import Asked, Call, Heard, Json, Offered, Refusal, Step, cut

_USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


def read(body: Json) -> Asked:
    """What a request asks."""
    return Asked(
        heard=tuple(_heard(body)),
        tools=tuple(_tools(body)),
        streams=bool(body.get("stream")),
        model=str(body.get("model")),
    )


def _heard(body: Json) -> Iterator[Heard]:
    for message in body.get("messages", []):
        content = message.get("content") or ""
        parts = [{"text": content}] if isinstance(content, str) else content
        text = "\n".join(str(part.get("text", "")) for part in parts)
        role = message.get("role")
        yield Heard(text, is_user=role == "user", is_result=role == "tool")


def _tools(body: Json) -> Iterator[Offered]:
    for tool in body.get("tools") or []:
        function = tool.get("function", {})
        schema = function.get("parameters")
        fields = None if schema is None else frozenset(schema.get("properties", {}))
        yield Offered(function["name"], fields)


def whole(asked: Asked, step: Step, call: Call | None, number: int) -> Json:
    """The answer as one message."""
    message: Json = {"role": "assistant", "content": step.say}
    if call is not None:
        message["tool_calls"] = [_called(call, number)]
    choice = {"index": 0, "message": message, "finish_reason": _stop(call)}
    return {**_head(asked, number), "object": "chat.completion", "choices": [choice]} | {
        "usage": _USAGE
    }


def stream(asked: Asked, step: Step, call: Call | None, number: int) -> Iterator[tuple[str, Json]]:
    """The answer as chunks, which have no names."""
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": piece} for piece in cut(step.think, step.pieces)]
    deltas += [{"content": piece} for piece in cut(step.say, step.pieces)]
    if call is not None:
        called = _called(call, number)
        written = called["function"].pop("arguments")
        deltas.append({"tool_calls": [{**called, "index": 0}]})
        deltas += [
            {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
            for piece in cut(written, step.pieces)
        ]
    for delta in deltas:
        yield "", _chunk(asked, number, [{"index": 0, "delta": delta, "finish_reason": None}])
    yield "", _chunk(asked, number, [{"index": 0, "delta": {}, "finish_reason": _stop(call)}])
    yield "", {**_chunk(asked, number, []), "usage": _USAGE}


def refusal(refused: Refusal) -> Json:
    """The body of an error."""
    return {"error": {"type": refused.kind, "code": refused.kind, "message": refused.message}}


def _head(asked: Asked, number: int) -> Json:
    return {"id": f"chatcmpl-{number:06}", "created": 1_700_000_000, "model": asked.model}


def _chunk(asked: Asked, number: int, choices: list[Json]) -> Json:
    return {**_head(asked, number), "object": "chat.completion.chunk", "choices": choices}


def _called(call: Call, number: int) -> Json:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": f"call_{number:06}", "type": "function", "function": function}


def _stop(call: Call | None) -> str:
    return "stop" if call is None else "tool_calls"
