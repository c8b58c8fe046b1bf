"""The interface of Anthropic's models: `POST /v1/messages`."""

import json
from collections.abc import Iterator

from agents.llm.scenes import Asked, Call, Heard, Json, Offered, Refusal, Step, cut

_USAGE = {
    "input_tokens": 100,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 20,
}


def read(body: Json) -> Asked:
    """What a request asks."""
    return Asked(
        heard=tuple(_heard(body)),
        tools=tuple(_tools(body)),
        streams=bool(body.get("stream")),
        model=str(body.get("model")),
        effort=(body.get("output_config") or {}).get("effort"),
    )


def _heard(body: Json) -> Iterator[Heard]:
    for message in body.get("messages", []):
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            if block.get("type") == "tool_result":
                yield Heard(json.dumps(block.get("content")), is_result=True)
            elif block.get("type") == "text":
                yield Heard(block["text"], is_user=message["role"] == "user")


def _tools(body: Json) -> Iterator[Offered]:
    for tool in body.get("tools", []):
        schema = tool.get("input_schema")
        fields = None if schema is None else frozenset(schema.get("properties", {}))
        yield Offered(tool["name"], fields)


def whole(asked: Asked, step: Step, call: Call | None, number: int) -> Json:
    """The answer as one message."""
    return {
        **_message(asked, number),
        "content": _blocks(step, call, number),
        "stop_reason": _stop(call),
        "usage": _USAGE,
    }


def stream(asked: Asked, step: Step, call: Call | None, number: int) -> Iterator[tuple[str, Json]]:
    """The answer as named events."""
    yield "message_start", {"message": {**_message(asked, number), "usage": _USAGE}}
    for index, block in enumerate(_blocks(step, call, number)):
        start, deltas = _deltas(block, step.pieces)
        yield "content_block_start", {"index": index, "content_block": start}
        for delta in deltas:
            yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    reason = {"stop_reason": _stop(call), "stop_sequence": None}
    yield "message_delta", {"delta": reason, "usage": {"output_tokens": 20}}
    yield "message_stop", {}


def refusal(refused: Refusal) -> Json:
    """The body of an error."""
    return {"type": "error", "error": {"type": refused.kind, "message": refused.message}}


def _message(asked: Asked, number: int) -> Json:
    return {
        "id": f"msg_{number:06}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _blocks(step: Step, call: Call | None, number: int) -> list[Json]:
    blocks: list[Json] = []
    if step.think:
        blocks.append({"type": "thinking", "thinking": step.think, "signature": "c2lnbmVk"})
    if step.say:
        blocks.append({"type": "text", "text": step.say})
    if call is not None:
        used = {"name": call.name, "input": call.arguments}
        blocks.append({"type": "tool_use", "id": f"toolu_{number:06}", **used})
    return blocks


def _deltas(block: Json, pieces: int) -> tuple[Json, list[Json]]:
    """How a block begins, and what it grows by."""
    match block["type"]:
        case "thinking":
            told = [
                {"type": "thinking_delta", "thinking": piece}
                for piece in cut(block["thinking"], pieces)
            ]
            signed = {"type": "signature_delta", "signature": block["signature"]}
            return {"type": "thinking", "thinking": "", "signature": ""}, [*told, signed]
        case "text":
            said = [{"type": "text_delta", "text": piece} for piece in cut(block["text"], pieces)]
            return {"type": "text", "text": ""}, said
        case _:
            written = json.dumps(block["input"])
            parts = [
                {"type": "input_json_delta", "partial_json": piece}
                for piece in cut(written, pieces)
            ]
            return {**block, "input": {}}, parts


def _stop(call: Call | None) -> str:
    return "end_turn" if call is None else "tool_use"
