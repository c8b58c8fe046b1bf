"""What a request and an event cost the server, beside pygls as it is shipped, over pipes."""

import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import stock_server
from bench.client import Client, connected, request, standalone
from bench.histories import written
from bench.measure import Figure, Scale, in_turn
from bench.samples import THREADS, fresh_folder

IN_FLIGHT = 64
_PEERS_SHARE = 8
"""The peer is so slow that it is sent this part of the requests: in turn with ours, and as long."""
_READ = 5
"""So often all events are asked for: a server sends hundreds of them in a millisecond."""
STOCK = (sys.executable, stock_server.__file__)


_OF_PYTHON = (
    "What is left is the interpreter's: a request is cut out, decoded, checked against its class, "
    "answered, encoded and framed by dozens of calls, and C does the work inside most of them."
)
_OF_COPIES = (
    "A page of events leaves as the bytes that are kept, and is never taken apart. What is left is "
    "copying them: into the page, behind its header, and into the pipe."
)
_OF_FILES = (
    "An old event is read from the disk and its checksum compared, and its line is then passed on "
    "without being taken apart. The rest of the way is that from memory."
)


def figures(scale: Scale, folder: Path) -> Iterator[Figure]:
    """CPU per request and per event of both, in turn."""
    yield from _requests(scale, folder)
    yield from _events(scale, folder)


def _requests(scale: Scale, folder: Path) -> Iterator[Figure]:
    def driver(argv: Sequence[str], count: int) -> Callable[[], float]:
        return lambda: asyncio.run(_cost_of_requests(argv, count))

    ours = driver(standalone(fresh_folder(folder)), scale.requests)
    peer = driver(STOCK, scale.requests // _PEERS_SHARE)
    rounds = in_turn({"ours": ours, "peer": peer}, rounds=scale.contest)
    cost, other = rounds.middle("ours", "peer")
    yield (
        Figure(
            subject="typed request, 64 in flight: CPU of the server",
            unit="µs",
            ours=cost,
            peer_name="pygls as shipped, typed params",
            peer=other,
        )
        .at_most(1 / 20)
        .limited_by(_OF_PYTHON)
    )


async def _cost_of_requests(argv: Sequence[str], count: int) -> float:
    async with connected(argv) as client:
        await client.initialize()
        await _exchange(client, min(count, 1000))
        before = client.cpu
        await _exchange(client, count)
        return (client.cpu - before) * 1e6 / count


async def _exchange(client: Client, count: int) -> None:
    """Send `count` requests, never more than 64 ahead of the answers.

    A client that answered each message with the next would be slower than the server, which would
    then wake up for every request alone: that measures the client.
    """
    params = {"threadId": "a-thread-that-is-not-there"}
    frames = [request(number, stock_server.LIST, params) for number in range(count)]
    sent = answered = 0
    while answered < count:
        upto = min(count, answered + IN_FLIGHT)
        client.writer.write(b"".join(frames[sent:upto]))
        sent = upto
        answered += len(await client.some())


def _events(scale: Scale, folder: Path) -> Iterator[Figure]:
    """Events to a subscriber: from memory, and from the files of a log that is older."""
    live, old = fresh_folder(folder), fresh_folder(folder)
    asyncio.run(_write(old, scale.events))
    rounds = in_turn(
        {
            "memory": lambda: asyncio.run(_cost_from_memory(live, scale.events)),
            "files": lambda: asyncio.run(_cost_from_files(old)),
            "peer": lambda: asyncio.run(_cost_of_notifications(scale.events)),
        },
        rounds=scale.contest,
    )
    for place in ("memory", "files"):
        cost, other = rounds.middle(place, "peer")
        yield (
            Figure(
                subject=f"events to a subscriber, from {place}: events for a second of CPU",
                unit="/s",
                ours=1e6 / cost,
                peer_name="pygls as shipped, a notification each",
                peer=1e6 / other,
            )
            .at_least(10)
            .limited_by(_OF_FILES if place == "files" else _OF_COPIES)
        )


async def _write(folder: Path, count: int) -> None:
    async with written(folder) as log:
        await log.converse(THREADS, turns=1)
        await log.speak(count)


async def _cost_from_files(folder: Path) -> float:
    """A copy of the log is read, because a server that leaves ends the turns in it."""
    state = fresh_folder(folder.parent)
    shutil.copytree(folder, state, dirs_exist_ok=True)
    async with connected(standalone(state)) as client:
        await client.initialize()
        # A server that has just started tidies up behind its start, which is no event's cost.
        await _cost_of_history(client)
        return await _cost_of_history(client)


async def _cost_from_memory(folder: Path, count: int) -> float:
    """The events have only just been recorded, as what a host's agent did."""
    async with connected(standalone(fresh_folder(folder))) as client:
        await client.initialize()
        await client.ask("project/create", {"projectId": "p", "root": str(fresh_folder(folder))})
        await client.ask("thread/create", {"projectId": "p", "threadId": "t", "provider": "host"})
        await client.ask("turn/start", {"threadId": "t", "prompt": "say something"})
        for start in range(0, count, IN_FLIGHT):
            for number in range(start, start + IN_FLIGHT):
                event = {"type": "toolCallUpdated", "itemId": "tool", "title": f"Title {number}"}
                client.writer.write(
                    request(f"event-{number}", "provider/ingest", {"threadId": "t", "event": event})
                )
            answered = 0
            while answered < IN_FLIGHT:
                answered += len(await client.some())
        return await _cost_of_history(client)


async def _cost_of_history(client: Client) -> float:
    """Microseconds of CPU for each event, from the request to the last of them."""
    head = int((await client.ask("events/read", {"after": 0, "limit": 1}))["head"])
    before = client.cpu
    for _ in range(_READ):
        opened = await client.ask("events/subscribe", {"after": 0})
        through = 0
        while through < head:
            through = json.loads(await client.next())["params"]["through"]
        await client.ask("events/unsubscribe", {"subscriptionId": opened["subscriptionId"]})
    return (client.cpu - before) * 1e6 / (head * _READ)


async def _cost_of_notifications(count: int) -> float:
    async with connected(STOCK) as client:
        await client.initialize()
        before = client.cpu
        client.writer.write(request("replay", stock_server.REPLAY, {"count": count}))
        while b'"id": "replay"' not in await client.next():
            pass
        return (client.cpu - before) * 1e6 / count
