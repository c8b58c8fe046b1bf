"""The interface of Google's models: `POST /v1beta/models/MODEL:streamGenerateContent`."""

import json
from collections.abc import Iterator

from agents.llm.scenes import Asked, Call, Heard, Json, Offered, Refusal, Step, cut

_USAGE = {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120}


def read(body: Json) -> Asked:
    """What a request asks. Whether it wants a stream, and of which model, its path says."""
    return Asked(heard=tuple(_heard(body)), tools=tuple(_tools(body)), streams=True, model="gemini")


def _heard(body: Json) -> Iterator[Heard]:
    for content in body.get("contents", []):
        for part in content.get("parts", []):
            if "functionResponse" in part:
                yield Heard(json.dumps(part["functionResponse"]), is_result=True)
            elif not part.get("thought"):
                text = str(part.get("text", ""))
                yield Heard(text, is_user=content.get("role") == "user")


def _tools(body: Json) -> Iterator[Offered]:
    for group in body.get("tools") or []:
        for tool in group.get("functionDeclarations", []):
            schema = tool.get("parametersJsonSchema") or tool.get("parameters")
            fields = None if schema is None else frozenset(schema.get("properties", {}))
            yield Offered(tool["name"], fields)


def whole(_asked: Asked, step: Step, call: Call | None, number: int) -> Json:
    """The answer as one message."""
    return _message(number, [{"text": step.say}, *_called(call, number)], last=True)


def stream(_asked: Asked, step: Step, call: Call | None, number: int) -> Iterator[tuple[str, Json]]:
    """The answer as messages, which have no names."""
    for piece in cut(step.think, step.pieces):
        yield "", _message(number, [{"text": piece, "thought": True}])
    for piece in cut(step.say, step.pieces):
        yield "", _message(number, [{"text": piece}])
    yield "", _message(number, _called(call, number), last=True)


def answer(text: str) -> Json:
    """An answer to something that is about no scene."""
    return _message(0, [{"text": text}], last=True)


def refusal(refused: Refusal) -> Json:
    """The body of an error."""
    error = {"code": refused.status, "message": refused.message, "status": "INVALID_ARGUMENT"}
    return {"error": error}


def _message(number: int, parts: list[Json], *, last: bool = False) -> Json:
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": parts or [{"text": ""}]}}
    if last:
        candidate["finishReason"] = "STOP"
    about = {"modelVersion": "gemini", "responseId": f"resp_{number:06}"}
    return {"candidates": [candidate], "usageMetadata": _USAGE, **about}


def _called(call: Call | None, number: int) -> list[Json]:
    if call is None:
        return []
    called = {"name": call.name, "args": call.arguments, "id": f"call_{number:06}"}
    return [{"functionCall": called}]
