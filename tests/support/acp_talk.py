"""What an agent may write that speaks the Agent Client Protocol."""

from typing import Any

from hypothesis import strategies as st

from support.agent_talk import (
    ANY_ID,
    FORM,
    JSON,
    NAMES,
    NUMBERS,
    PAGE,
    TEXT,
    Message,
    some,
    whole,
)
from support.puppets import Manners

PATHS = st.sampled_from(["a.txt", "/garden/b", "../out", ""])
BLOCK = st.one_of(
    whole(type=st.just("text"), text=TEXT),
    whole(type=st.just("image"), data=st.just("AAAA"), mimeType=st.just("image/png")),
    whole(type=st.just("resource_link"), uri=PATHS, name=TEXT),
    whole(type=st.just("resource"), resource=some(uri=PATHS, text=TEXT, blob=TEXT)),
    whole(type=st.just("video")),
)
CONTENT = st.one_of(
    whole(type=st.just("content"), content=BLOCK),
    whole(type=st.just("diff"), path=PATHS, newText=TEXT, oldText=st.none() | TEXT),
    whole(type=st.just("terminal"), terminalId=NAMES),
)
CALL = {
    "title": TEXT,
    "kind": st.sampled_from(["read", "edit", "execute", "switch_mode", "strange"]),
    "status": st.sampled_from(["pending", "in_progress", "completed", "failed", "strange"]),
    "content": st.lists(CONTENT, max_size=2),
    "locations": st.lists(some(path=PATHS, line=NUMBERS), max_size=2),
    "rawInput": JSON,
    "rawOutput": JSON,
}
OPTION = whole(
    optionId=st.sampled_from(["yes", "no"]),
    name=TEXT,
    kind=st.sampled_from(["allow_once", "allow_always", "reject_once", "reject_always", "strange"]),
)
PLAN = some(
    content=TEXT,
    priority=st.sampled_from(["high", "urgent"]),
    status=st.sampled_from(["pending", "in_progress", "completed", "someday"]),
)


def _update(**fields: Any) -> st.SearchStrategy[Message]:
    return whole(
        jsonrpc=st.just("2.0"),
        method=st.just("session/update"),
        params=whole(sessionId=st.just("s"), update=whole(**fields)),
    )


def _chunk(kind: str) -> st.SearchStrategy[Message]:
    return _update(sessionUpdate=st.just(kind), content=BLOCK, messageId=st.none() | NAMES)


def _call(kind: str) -> st.SearchStrategy[Message]:
    told = some(**CALL)
    named = st.builds(lambda a, b: {**a, **b}, told, whole(toolCallId=NAMES))
    return st.builds(
        lambda call: {
            "method": "session/update",
            "params": {"sessionId": "s", "update": {"sessionUpdate": kind, **call}},
        },
        named,
    )


MESSAGES: st.SearchStrategy[Message] = st.one_of(
    _chunk("agent_message_chunk"),
    _chunk("agent_thought_chunk"),
    _chunk("user_message_chunk"),
    _call("tool_call"),
    _call("tool_call_update"),
    _update(sessionUpdate=st.just("plan"), entries=st.lists(PLAN, max_size=3)),
    _update(sessionUpdate=st.sampled_from(["notice", "compaction_update", "usage_update"])),
    _update(
        sessionUpdate=st.just("current_mode_update"),
        currentModeId=st.sampled_from(["ask", "plan", "auto", "strange"]),
    ),
    whole(
        id=ANY_ID,
        method=st.just("session/request_permission"),
        params=whole(
            sessionId=st.just("s"),
            toolCall=some(toolCallId=NAMES, **CALL),
            options=st.lists(OPTION, max_size=3),
        ),
    ),
    whole(method=st.just("$/cancel_request"), params=whole(requestId=ANY_ID)),
    whole(
        id=ANY_ID,
        method=st.sampled_from(["fs/write_text_file", "elicitation/create", "craft/drain"]),
        params=JSON,
    ),
    whole(id=ANY_ID, method=st.just("elicitation/create"), params=FORM | PAGE),
    whole(method=st.just("elicitation/complete"), params=some(elicitationId=NAMES)),
    whole(id=ANY_ID, result=JSON),
    whole(id=ANY_ID, error=some(code=NUMBERS, message=TEXT, data=JSON)),
)
END = st.one_of(
    whole(stopReason=st.sampled_from(["end_turn", "max_tokens", "cancelled", "strange"])),
    JSON,
)
ERROR = some(code=NUMBERS, message=TEXT, data=JSON)
MANNERS: Manners = {
    "initialize": {"protocolVersion": 1, "agentCapabilities": {}},
    "session/new": {
        "sessionId": "s",
        "modes": {
            "currentModeId": "ask",
            "availableModes": [{"id": "ask"}, {"id": "plan"}, {"id": "auto"}],
        },
    },
    "session/set_mode": {},
}
