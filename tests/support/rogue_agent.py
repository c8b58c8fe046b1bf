"""An agent that does on purpose what real ones do by accident. Run by file path.

The first argument says how it greets; the text of a prompt says what it does to the turn.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

Message = dict[str, object]


def write(**message: object) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def update(what: str, /, **fields: object) -> None:
    told = {"sessionUpdate": what, **fields}
    write(method="session/update", params={"sessionId": "rogue", "update": told})


def say(text: str, **fields: object) -> None:
    update("agent_message_chunk", content={"type": "text", "text": text}, **fields)


def end(prompt: Message, reason: str = "end_turn") -> None:
    write(id=prompt["id"], result={"stopReason": reason})


def ask(request_id: object, **tool_call: object) -> None:
    options = [
        {"optionId": "yes", "name": "Yes", "kind": "allow_once"},
        {"optionId": "no", "name": "No", "kind": "reject_once"},
    ]
    params = {"sessionId": "rogue", "toolCall": tool_call, "options": options}
    write(id=request_id, method="session/request_permission", params=params)


def read() -> Message:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    message = json.loads(line)
    assert isinstance(message, dict)
    return message


def hang() -> None:
    threading.Event().wait()


# What it does to a turn.


def die(_prompt: Message) -> None:
    say("I was about to")
    update("tool_call", toolCallId="t", title="Never done", status="in_progress")
    sys.stderr.write("out of cheese\n")
    sys.stderr.flush()
    os._exit(3)


def answer_twice(prompt: Message) -> None:
    end(prompt)
    end(prompt, "refusal")
    write(id=prompt["id"], error={"code": -1, "message": "and again"})


def speak_in_tongues(prompt: Message) -> None:
    update("notice", severity="info", title="hello")
    update("compaction_update", state={"deep": [1, 2, {"x": None}]})
    write(method="qwen/notify/session", params={"x": 1})
    write(method="_auth/status_update", params=None)
    write(id="mine", method="craft/drainMidTurnQueue", params={})
    answer = read()
    assert answer["id"] == "mine", answer
    update("tool_call", toolCallId="1", title="odd", kind="weird", status="weird", content="none")
    update("agent_message_chunk", content={"type": "video", "url": "x"})
    update("plan", entries=[{"content": "first", "priority": "urgent", "status": "someday"}, 5])
    write(method="session/update", params={"sessionId": "rogue", "update": ["not", "an", "object"]})
    say(json.dumps(answer["error"]))
    end(prompt, "future_reason")


def use_odd_ids(prompt: Message) -> None:
    for number, request_id in enumerate([0, "", "uuid-1", 2**40, -1]):
        ask(request_id, toolCallId=number, title=f"call {number}", kind="edit")
        answer = read()
        assert answer["id"] == request_id, answer
        assert type(answer["id"]) is type(request_id), answer
        say(json.dumps(answer["result"]))
    end(prompt)


def leave_tools_open(prompt: Message) -> None:
    update("tool_call", toolCallId="a", title="Begun", status="in_progress")
    update("tool_call_update", toolCallId="b", title="Never announced")
    update("tool_call", toolCallId="c", title="Done", status="completed")
    end(prompt)


def leave_question_open(prompt: Message) -> None:
    ask("open", toolCallId="a", title="May I?", kind="execute")
    end(prompt)


def take_question_back(prompt: Message) -> None:
    ask(0, toolCallId="a", title="May I?", kind="execute")
    write(method="$/cancel_request", params={"requestId": False})
    write(method="$/cancel_request", params={"requestId": 0})
    read()
    end(prompt)


def write_junk(prompt: Message) -> None:
    out = sys.stdout.buffer
    out.write(b'some log line\n\n   \n{"half": \n[1, 2]\nnull\n"text"\n\xff\xfe\xfd\n')
    out.write(b"[" * 5_000 + b"\n" + b'{"id": 99, "result": {}}\n{"id": true}\n{"id": {}}\n')
    out.flush()
    say("after")
    end(prompt)


def write_halves(prompt: Message) -> None:
    """A character beyond the first plane, cut between its two UTF-16 units; and a half alone."""
    say("a\ud83d", messageId="m")
    say("\ude00b", messageId="m")
    say("\ud83d", messageId="n")
    end(prompt)


def write_much(prompt: Message) -> None:
    say(("some words, " * 2_000_000)[:20_000_000])
    end(prompt)


def show_much(prompt: Message) -> None:
    """What a tool has put out, in one message of millions of characters, and a secret in it."""
    output = "a line of what a tool has put out\n" * 100_000
    output += "the key is sk-" + "ant-REDACTABLE0123456789abcdefghijklmnop\n"
    shown = [{"type": "content", "content": {"type": "text", "text": output + output[:1_000_000]}}]
    update("tool_call", toolCallId="t", title="Cat", status="completed", content=shown)
    end(prompt)


def write_without_end(_prompt: Message) -> None:
    piece = "y" * 1_000_000
    while True:
        sys.stdout.write(piece)


def be_stubborn(_prompt: Message) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say("no")
    hang()


def have_children(prompt: Message) -> None:
    """One in a group of its own, one in a session of its own: none is of its parent's group."""
    sleeper = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    near = subprocess.Popen(sleeper, process_group=0)
    far = subprocess.Popen(sleeper, start_new_session=True, stdout=subprocess.DEVNULL)
    say(json.dumps([near.pid, far.pid]))
    end(prompt)


def close_output(_prompt: Message) -> None:
    say("bye")
    os.close(1)
    hang()


def err_as_answer(prompt: Message) -> None:
    """Says that the model refused as if that were the answer, in two pieces."""
    say("exceeded retry limit, last status: ", messageId="m")
    say("429 Too Many Requests\n\n", messageId="m")
    end(prompt)


def err_as_body(prompt: Message) -> None:
    error = {"type": "invalid_request_error", "message": "no such model"}
    say(json.dumps({"error": error}))
    end(prompt)


def talk_of_errors(prompt: Message) -> None:
    """Says what looks like a failure in the middle of more."""
    say('The log says {"error": {"message": "boom"}}, and: unexpected status 404 Not Found')
    end(prompt)


def err_generically(prompt: Message) -> None:
    error = {"code": -32603, "message": "Internal error", "data": {"details": "out of cheese"}}
    write(id=prompt["id"], error=error)


def want_a_log_in(prompt: Message) -> None:
    write(id=prompt["id"], error={"code": -32000, "message": "Authentication required"})


def refuse_with_code(prompt: Message) -> None:
    error = {"code": -32603, "message": "Overloaded", "data": {"errorKind": "overloaded_error"}}
    write(id=prompt["id"], error=error)


def wait_for_cancel(prompt: Message) -> None:
    say("waiting")
    while read().get("method") != "session/cancel":
        pass
    end(prompt, "cancelled")


def fail_when_cancelled(prompt: Message) -> None:
    say("waiting")
    while read().get("method") != "session/cancel":
        pass
    write(id=prompt["id"], error={"code": -32603, "message": "aborted"})


def insist_on_answer(prompt: Message) -> None:
    """Ends a cancelled turn only when its question is answered."""
    ask(7, toolCallId="a", title="May I?", kind="execute")
    while read().get("id") != 7:
        pass
    end(prompt, "cancelled")


def ask_under_other_name(prompt: Message) -> None:
    told = {"file_path": "src/new.txt", "content": "x"}
    update("tool_call", toolCallId="call", title="Write", kind="edit", rawInput=told)
    ask(0, toolCallId="confirmation-1", title="Write `src/new.txt`", rawInput=told)
    read()
    update("tool_call_update", toolCallId="call", status="completed")
    end(prompt)


def leave_refused_open(prompt: Message) -> None:
    """Says nothing of a tool it was refused, and stops as if it had been interrupted."""
    update("tool_call", toolCallId="call", title="Write", kind="edit", status="in_progress")
    ask(0, toolCallId="call")
    read()
    end(prompt, "cancelled")


def refuse_with_number(prompt: Message) -> None:
    """Passes on what a model's server said, as it was."""
    error = {"code": 400, "message": '{"error": {"status": "INVALID_ARGUMENT"}}'}
    write(id=prompt["id"], error=error)


def refuse_with_details(prompt: Message) -> None:
    error = {"code": -32603, "message": "Internal error", "data": {"details": "no such model"}}
    write(id=prompt["id"], error=error)


def repeat_the_prompt(prompt: Message) -> None:
    update("user_message_chunk", content={"type": "text", "text": "what was asked"})
    say("what is answered")
    update("user_message_chunk", content={"type": "text", "text": "what was asked"})
    end(prompt)


def claim_success(prompt: Message) -> None:
    """Says that a tool it was refused has completed."""
    update("tool_call", toolCallId="call", title="Write", kind="edit")
    ask(0, toolCallId="call")
    read()
    update("tool_call_update", toolCallId="call", status="completed")
    end(prompt)


def free_itself(prompt: Message) -> None:
    """Leaves the mode that asks, and goes back only when it is told to."""
    update("current_mode_update", currentModeId="auto")
    message = read()
    say(json.dumps([message["method"], message["params"]]))
    write(id=message["id"], result={})
    end(prompt)


def free_itself_for_good(_prompt: Message) -> None:
    update("current_mode_update", currentModeId="auto")
    write(id=read()["id"], error={"code": -32602, "message": "no"})
    hang()


def bind_itself(prompt: Message) -> None:
    update("current_mode_update", currentModeId="plan")
    end(prompt)


def fall_silent(prompt: Message) -> None:
    """Says no more, but stops when asked to."""
    while read().get("method") != "session/cancel":
        pass
    end(prompt, "cancelled")


def make_noise(prompt: Message) -> None:
    """Says much, and nothing of its turn, as an agent does that tries a dead endpoint again."""
    stopped = threading.Event()

    def chatter() -> None:
        while not stopped.wait(0.01):
            update("usage_update", used=1, size=2)
            update("session_info_update", title="Trying again")
            update("retry_status", attempt=7)
            update("agent_message_chunk", content={"type": "text", "text": ""})
            sys.stderr.write("retrying\n")

    thread = threading.Thread(target=chatter)
    thread.start()
    while read().get("method") != "session/cancel":
        pass
    stopped.set()
    thread.join()
    end(prompt, "cancelled")


def fall_silent_in_a_tool(prompt: Message) -> None:
    update("tool_call", toolCallId="t", title="Compile", status="in_progress")
    fall_silent(prompt)


DEEDS: dict[str, Callable[[Message], None]] = {
    name.replace("_", " "): deed
    for name, deed in list(globals().items())
    if callable(deed) and getattr(deed, "__module__", None) == __name__ and name != "main"
}

MODES = {"currentModeId": "auto", "availableModes": [{"id": "auto", "name": "Auto"}]}
ASKING = {
    "currentModeId": "auto",
    "availableModes": [{"id": "auto", "name": "Auto"}, {"id": "default", "name": "Ask"}],
}
OPTIONS = [
    {
        "id": "mode",
        "category": "mode",
        "type": "select",
        "currentValue": "auto",
        "options": [{"value": "auto"}, {"value": "default"}],
    }
]

MODEL = {
    "id": "model",
    "category": "model",
    "type": "select",
    "currentValue": "small",
    "options": [{"value": "small"}, {"value": "big"}],
}
EFFORT = {
    "id": "effort",
    "category": "thought_level",
    "type": "select",
    "currentValue": "low",
    "options": [{"value": "low"}, {"value": "high"}],
}
CHOSEN = {"model": "small", "effort": "low"}


def choices() -> list[Message]:
    """What can be chosen, as it is chosen now."""
    return [{**each, "currentValue": CHOSEN[str(each["id"])]} for each in (MODEL, EFFORT)]


WAYS_IN = [
    {"id": "browser", "name": "Log in", "description": "Run `rogue login`"},
    {"id": "shell", "type": "terminal", "name": "In a terminal", "args": ["login", "--now"]},
    {
        "id": "key",
        "type": "env_var",
        "name": "By key",
        "vars": [{"name": "ROGUE_KEY"}, {"name": "ROGUE_REGION", "optional": True}],
    },
    {
        "id": "old",
        "name": "As before",
        "_meta": {"terminal-auth": {"command": "rogue-login", "args": ["-v"]}},
    },
    {"name": "Nameless"},
    "nonsense",
]
LOGGED_IN = "logged-in"
"""A file in the folder the agent works in, there once somebody has logged in."""


def logged_in() -> bool:
    return os.path.exists(LOGGED_IN)  # noqa: PTH110 (nothing is imported that is not needed)


def authenticate(message: Message) -> None:
    """Logs in, unless somebody has said that it shall not."""
    if os.path.exists("no-log-in"):  # noqa: PTH110
        write(id=message["id"], error={"code": -32603, "message": "The browser was closed"})
        return
    with open(LOGGED_IN, "w"):  # noqa: PTH123
        write(id=message["id"], result={})


def greet(manner: str, message: Message) -> None:
    capabilities: Message = {"loadSession": manner in {"loads", "resume fails"}}
    if manner in {"resume fails", "resume kills", "resumes"}:
        capabilities["sessionCapabilities"] = {"resume": {}}
    version = 2 if manner == "newer" else 1
    if manner == "silent":
        return
    if manner == "dies":
        sys.stderr.write("cannot find my keys\n")
        sys.exit(4)
    result = {"protocolVersion": version, "agentCapabilities": capabilities, "future": 1}
    if manner.startswith("logged out"):
        result["authMethods"] = WAYS_IN
    write(id=message["id"], result=result)


def open_session(manner: str, message: Message) -> None:
    if manner.startswith("logged out") and not logged_in():
        write(id=message["id"], error={"code": -32000, "message": "Authentication required"})
        return
    result: Message = {"sessionId": "rogue"}
    if manner == "only auto":
        result["modes"] = MODES
    elif manner in {"asking", "deaf", "echo mode"}:
        result["modes"] = ASKING
    elif manner in {"options", "deaf options"}:
        result["configOptions"] = OPTIONS
    elif manner in {"choices", "deaf choices"}:
        result["configOptions"] = choices()
    write(id=message["id"], result=result)


def choose(manner: str, message: Message) -> None:
    params = message["params"]
    assert isinstance(params, dict)
    sys.stderr.write(f"{message['method']} {params.get('modeId') or params.get('value')}\n")
    sys.stderr.flush()
    if manner == "deaf":
        write(id=message["id"], error={"code": -32602, "message": "no such mode"})
    elif manner == "deaf options":
        write(id=message["id"], result={"configOptions": OPTIONS})
    elif manner in {"choices", "deaf choices"}:
        if manner == "choices":
            CHOSEN[str(params["configId"])] = str(params["value"])
        write(id=message["id"], result={"configOptions": choices()})
    elif manner == "options":
        write(
            id=message["id"], result={"configOptions": [{**OPTIONS[0], "currentValue": "default"}]}
        )
    else:
        write(id=message["id"], result={})


def replay(manner: str, message: Message) -> None:
    if manner == "resume fails" and message["method"] == "session/resume":
        write(id=message["id"], error={"code": -32602, "message": "unknown session"})
        return
    if manner == "resume kills":
        os._exit(5)
    if manner == "resumes":
        write(id=message["id"], result={})
        return
    update("user_message_chunk", content={"type": "text", "text": "what was asked"})
    say("what was said")
    ask("old", toolCallId="old", title="An old question", kind="edit")
    sys.stderr.write(f"answered {json.dumps(read()['result'])}\n")
    write(id=message["id"], result={})


def main() -> None:
    manner = sys.argv[1] if len(sys.argv) > 1 else "plain"
    while True:
        message = read()
        match message.get("method"):
            case "initialize":
                greet(manner, message)
            case "session/new":
                open_session(manner, message)
            case "authenticate":
                authenticate(message)
            case "session/load" | "session/resume":
                replay(manner, message)
            case "session/set_mode" | "session/set_config_option":
                choose(manner, message)
            case "session/prompt":
                params = message["params"]
                assert isinstance(params, dict)
                DEEDS[params["prompt"][-1]["text"]](message)
            case _:
                continue


if __name__ == "__main__":
    main()
