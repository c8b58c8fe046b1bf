"""The real process at real pipes: its streams, its exit codes, and the signals it is sent."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tty
from pathlib import Path

import pytest

from support.stdio_server import ARGV, environment, spawned
from support.warm.asking import Asked
from support.warm.process import begin_at
from support.wire_client import DEADLINE, cut, frame

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}
STATUS = {"jsonrpc": "2.0", "id": 2, "method": "server/status"}
SHUTDOWN = {"jsonrpc": "2.0", "id": 3, "method": "shutdown"}
EXIT = {"jsonrpc": "2.0", "method": "exit"}


async def test_an_orderly_end_is_a_success():
    async with spawned() as server:
        await server.client.initialize()
        assert await server.client.request("server/status")
        await server.client.request("shutdown")
        server.client.notify("exit")
        assert await server.exit_code() == 0


async def test_exit_without_shutdown_is_a_failure():
    async with spawned() as server:
        await server.client.initialize()
        server.client.notify("exit")
        assert await server.exit_code() == 1


@pytest.mark.parametrize("shut_down, code", [(True, 0), (False, 1)])
async def test_the_process_ends_when_its_input_does(*, shut_down: bool, code: int):
    async with spawned() as server:
        await server.client.initialize()
        if shut_down:
            await server.client.request("shutdown")
        creating = server.client.begin("project/create", {"root": "/x"})
        server.end_input()
        assert await server.exit_code() == code
        assert creating.done()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_and_answers_what_is_under_way(number: signal.Signals):
    async with spawned() as server:
        await server.client.initialize()
        slow = server.client.begin("thread/list")
        await server.client.settled()
        server.process.send_signal(number)
        async with asyncio.timeout(DEADLINE):
            error = await server.client.failure(slow)
        assert error.kind == "server.shuttingDown"
        assert await server.exit_code() == 1


async def test_the_process_ends_when_the_one_that_started_it_is_gone():
    parent = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    async with spawned() as server:
        await server.client.initialize(processId=parent.pid)
        assert await server.client.request("server/status")
        parent.kill()
        assert await server.exit_code() == 1
    await parent.wait()


def test_a_client_that_closes_its_end_ends_the_process():
    reading, writing = os.pipe()
    theirs, ours = os.pipe()
    process = served(theirs, writing)
    os.close(theirs)
    os.close(writing)
    os.write(ours, frame(INITIALIZE))
    os.close(reading)
    assert process.wait(DEADLINE) == 1
    os.close(ours)


async def test_neither_prints_nor_children_touch_the_wire():
    async with spawned() as server:
        await server.client.initialize()
        await server.client.request("project/create", {"root": "/x", "title": "noise"})
        server.end_input()
        assert await server.exit_code() == 1
        assert server.process.stderr is not None
        noise = await server.process.stderr.read()
    assert b"a stray line" in noise
    assert b"a stray child" in noise


async def test_a_client_that_stops_reading_is_heard_and_gets_everything_when_it_reads_on():
    async with spawned() as server:
        await server.client.initialize()
        await server.client.request("events/subscribe", {"after": 0})
        server.listening.clear()
        flooding = server.client.begin("project/create", {"root": "/x", "title": "flood"})
        knocking = server.client.begin("project/create", {"root": "/y", "title": "knock"})
        assert server.process.stderr is not None
        async with asyncio.timeout(DEADLINE):
            assert await server.process.stderr.readline() == b"still here\n"

        server.listening.set()

        events = await server.client.events(5_002)
        assert [event["sequence"] for event in events] == list(range(1, 5_003))
        assert (await server.client.result(flooding))["sequence"] == 5_001
        assert (await server.client.result(knocking))["sequence"] == 5_002


def test_files_do_for_input_and_output(tmp_path: Path):
    script, answers = tmp_path / "script", tmp_path / "answers"
    script.write_bytes(b"".join(map(frame, (INITIALIZE, STATUS, SHUTDOWN, EXIT))))
    with script.open("rb") as reading, answers.open("wb") as writing:
        assert served(reading.fileno(), writing.fileno()).wait(DEADLINE) == 0
    assert answered(answers.read_bytes()) == [1, 2, 3]


def test_errors_may_go_where_answers_go():
    script = b"".join(map(frame, (INITIALIZE, STATUS, SHUTDOWN, EXIT)))
    theirs, ours = os.pipe()
    reading, writing = os.pipe()
    process = served(theirs, writing, writing)
    os.close(theirs)
    os.close(writing)
    os.write(ours, script)
    os.close(ours)
    with os.fdopen(reading, "rb") as answers:
        assert answered(answers.read()) == [1, 2, 3]
    assert process.wait(DEADLINE) == 0


def test_one_socket_does_for_both_directions():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = served(theirs.fileno(), theirs.fileno())
        theirs.close()
        ours.settimeout(DEADLINE)
        ours.sendall(b"".join(map(frame, (INITIALIZE, STATUS, SHUTDOWN, EXIT))))
        received = b""
        while data := ours.recv(65536):
            received += data
        assert process.wait(DEADLINE) == 0
    assert answered(received) == [1, 2, 3]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_console_does_for_input():
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    reading, writing = os.pipe()
    process = served(theirs, writing)
    os.close(theirs)
    os.close(writing)
    os.write(ours, b"".join(map(frame, (INITIALIZE, STATUS, SHUTDOWN, EXIT))))
    with os.fdopen(reading, "rb") as answers:
        assert answered(answers.read()) == [1, 2, 3]
    assert process.wait(DEADLINE) == 0
    os.close(ours)


def served(stdin: int, stdout: int, stderr: int = 2) -> "Asked | subprocess.Popen[bytes]":
    """A server at such streams."""
    return begin_at(ARGV[1:], stdin, stdout, stderr, env=environment())


def answered(stream: bytes) -> list[int]:
    """The ids of the answers in what a server wrote, which holds nothing else, in their order."""
    found, rest = cut(stream)
    assert rest == b""
    return sorted(message["id"] for message in found)
