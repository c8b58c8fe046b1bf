"""What an app server may write."""

from typing import Any

from hypothesis import strategies as st

from peon_protocol.values import JsonValue
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

TURN = "turn"
STATUS = st.sampled_from(["inProgress", "completed", "failed", "declined", "strange"])
CHANGE = whole(
    path=st.sampled_from(["a.txt", "/garden/b", "../out"]),
    kind=some(type=st.sampled_from(["add", "delete", "update", "strange"]), move_path=TEXT),
    diff=st.sampled_from(["", "new\n", "@@ -1,2 +1,2 @@\n-a\n+b\n c\n\\ No newline\n", "+", "@@"]),
)
ITEM = st.one_of(
    whole(type=st.just("agentMessage"), id=NAMES, text=TEXT),
    whole(type=st.just("plan"), id=NAMES, text=TEXT),
    whole(type=st.just("reasoning"), id=NAMES, summary=st.lists(TEXT, max_size=2)),
    whole(type=st.just("userMessage"), id=NAMES, content=JSON),
    whole(
        type=st.just("commandExecution"),
        id=NAMES,
        command=st.sampled_from(["ls", "/bin/bash -lc 'ls -l'", "'", ""]),
        status=STATUS,
        aggregatedOutput=st.none() | TEXT,
        exitCode=st.none() | NUMBERS,
    ),
    whole(
        type=st.just("fileChange"), id=NAMES, changes=st.lists(CHANGE, max_size=2), status=STATUS
    ),
    whole(type=st.just("mcpToolCall"), id=NAMES, tool=TEXT, arguments=JSON, result=JSON),
    whole(type=st.sampled_from(["webSearch", "imageView", "sleep", "ofTomorrow"]), id=NAMES),
)
DELTAS = [
    *("item/agentMessage/delta", "item/plan/delta", "item/reasoning/textDelta"),
    *("item/reasoning/summaryTextDelta", "item/reasoning/summaryPartAdded"),
    *("item/commandExecution/outputDelta", "item/fileChange/outputDelta"),
]
TOKENS = some(inputTokens=NUMBERS, cachedInputTokens=NUMBERS, outputTokens=NUMBERS)
ABOUT: dict[str, st.SearchStrategy[Any]] = {
    "threadId": st.sampled_from(["thread", "thread", "thread", "another"]),
    "turnId": st.sampled_from([TURN, TURN, TURN, "past"]),
}
QUESTION = st.builds(
    lambda named, more: {**named, **more},
    whole(id=NAMES, question=TEXT),
    some(
        header=TEXT,
        isOther=st.booleans(),
        isSecret=st.booleans(),
        options=st.lists(whole(label=TEXT, description=TEXT), max_size=3),
    ),
)


def _told(method: str, **params: Any) -> st.SearchStrategy[Message]:
    return whole(method=st.just(method), params=whole(**ABOUT, **params))


def _asked(method: str, **params: Any) -> st.SearchStrategy[Message]:
    return whole(id=ANY_ID, method=st.just(method), params=whole(**ABOUT, **params))


MESSAGES: st.SearchStrategy[Message] = st.one_of(
    _told("item/started", item=ITEM),
    _told("item/completed", item=ITEM),
    st.sampled_from(DELTAS).flatmap(lambda each: _told(each, itemId=NAMES, delta=TEXT)),
    _told("item/mcpToolCall/progress", itemId=NAMES, message=TEXT),
    _told("turn/plan/updated", plan=st.lists(some(step=TEXT, status=STATUS), max_size=2)),
    _told("thread/tokenUsage/updated", tokenUsage=some(total=TOKENS, last=TOKENS)),
    _told("thread/settings/updated", threadSettings=JSON),
    _told("model/rerouted", toModel=TEXT),
    _told("turn/started", turn=whole(id=st.sampled_from([TURN, "past", "other"]))),
    _told("turn/completed", turn=whole(id=st.sampled_from(["past", "other"]), status=STATUS)),
    _told("error", error=JSON, willRetry=st.booleans()),
    _told("serverRequest/resolved", requestId=ANY_ID),
    _told("something/new", field=JSON),
    _asked("item/commandExecution/requestApproval", itemId=NAMES, command=TEXT, reason=TEXT),
    _asked("item/fileChange/requestApproval", itemId=NAMES, grantRoot=st.none() | TEXT),
    _asked("item/permissions/requestApproval", itemId=NAMES, permissions=JSON),
    _asked("item/tool/call", tool=TEXT, arguments=JSON),
    _asked(
        "item/tool/requestUserInput",
        itemId=NAMES,
        questions=st.lists(QUESTION, max_size=3),
        isBlocking=st.booleans(),
    ),
    whole(
        id=ANY_ID,
        method=st.just("mcpServer/elicitation/request"),
        params=st.builds(
            lambda about, asked: {**asked, **about},
            whole(**ABOUT, serverName=NAMES),
            FORM | PAGE,
        ),
    ),
    whole(id=ANY_ID, result=JSON),
    whole(id=ANY_ID, error=some(code=NUMBERS, message=TEXT, data=JSON)),
)
END = whole(
    id=st.just(TURN),
    status=st.sampled_from(["completed", "failed", "interrupted", "strange"]),
    error=st.one_of(st.none(), some(message=TEXT, codexErrorInfo=JSON, additionalDetails=JSON)),
)
SETTINGS: dict[str, JsonValue] = {
    "approvalPolicy": "untrusted",
    "approvalsReviewer": "user",
    "sandbox": {"type": "workspaceWrite"},
    "model": "m",
}
MANNERS: Manners = {
    "initialize": {"userAgent": "peon/1.0"},
    "account/read": {"account": None, "requiresOpenaiAuth": False},
    "model/list": {"data": [{"model": "m"}]},
    "thread/start": {"thread": {"id": "thread"}, **SETTINGS},
    "turn/start": {"turn": {"id": TURN}},
    "turn/interrupt": {},
}
