"""A host runs its agent itself: what it was told is kept outlives a server that is killed."""

from pathlib import Path

from support.windows import Window, kill_owner, subscribe, window

TEXT = "Ask him for the key, which begins with sk-a1B2"
SHOWN = {"type": "text", "text": "line one\nkey: sk-a1B2"}


async def test_what_was_answered_is_there_after_a_kill(state: Path, home: Path):
    folder = home / "work"
    folder.mkdir()
    async with window(state) as opened:
        thread = await _turn_of_host(opened, folder)
        said = await _said(opened, thread, {"type": "textDelta", "text": TEXT}, commandId="one")
        call = {"type": "toolCallUpdated", "itemId": "call", "status": "running"}
        shown = await _said(opened, thread, {**call, "content": [SHOWN]})
        more = await _said(opened, thread, {"type": "textDelta", "text": "And sk-a1B2"})
        kill_owner(state)
        await opened.close()
    # What came after the text has settled it; of the rest the answers told what was missing.
    held = len("sk-a1B2")
    assert (said["held"], shown["held"], more["held"]) == (held, held, held)
    async with window(state) as opened:
        reading = await opened.client.request("thread/read", {"threadId": thread})
        (turn,) = reading["thread"]["turns"]
        text, call, last = turn["items"]
        assert turn["status"] == "interrupted"
        assert text["text"] == TEXT
        assert call["content"] == [{**SHOWN, "text": SHOWN["text"][:-held]}]
        assert last["text"] == "And "
        again = {"type": "textDelta", "text": TEXT}
        params = {"threadId": thread, "event": again, "commandId": "one"}
        refused = await opened.client.refusal("provider/ingest", params)
        assert refused.kind == "turn.notInProgress"


async def _turn_of_host(opened: Window, folder: Path) -> str:
    """The thread of a turn that the client itself works on."""
    client = opened.client
    project = await client.request("project/create", {"root": str(folder)})
    params = {"projectId": project["projectId"], "provider": "host"}
    thread = str((await client.request("thread/create", params))["threadId"])
    await subscribe(client)
    await client.request("turn/start", {"threadId": thread, "prompt": "Ask him."})
    await opened.until("checkpoint.created")
    return thread


async def _said(
    opened: Window, thread: str, event: dict[str, object], **more: str
) -> dict[str, object]:
    params = {"threadId": thread, "event": event, **more}
    answer = await opened.client.request("provider/ingest", params)
    assert isinstance(answer, dict)
    return answer
