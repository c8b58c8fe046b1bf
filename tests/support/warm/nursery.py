"""A process that has imported all of Peon, and forks for those who ask.

    python -m support.warm.nursery ADDRESS

It listens on a unix socket, says `ready` on its output, and ends when its input does.
"""

import contextlib
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import socket
import sys
from collections.abc import Sequence
from typing import Any, Final

_APART: Final = 512
"""Descriptors are put out of the way up here before they get the numbers they are asked for."""
_MOST: Final = 16


def main(address: str) -> None:
    """Fork until our input ends; in a child, run what was asked for."""
    _import_everything()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        os.write(1, b"ready")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        asked = _serve(listening)
    if asked is not None:
        _run(*asked)


def _import_everything() -> None:
    import peon

    for module in pkgutil.walk_packages(peon.__path__, "peon."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("acp.schema")
    gc.collect()
    gc.freeze()


def _serve(listening: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """In a child, what to run and the descriptors that came with it.

    None in the parent, when nobody wants more.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(listening, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj == 0:
                    return None
                if key.fileobj is not listening:
                    selector.unregister(key.fileobj)
                    _bury(key.fd, *key.data)
                elif (asked := _accept(selector, listening)) is not None:
                    return asked


def _accept(
    selector: selectors.BaseSelector, listening: socket.socket
) -> tuple[dict[str, Any], list[int]] | None:
    connection, _ = listening.accept()
    data, received, _, _ = socket.recv_fds(connection, 8, _MOST)
    with connection.makefile("rb") as rest:
        request: dict[str, Any] = json.loads(rest.read(int(data)))
    # A number from here on: no object of the parent's may close, in a child, what has it by then.
    asker = connection.detach()
    if pid := os.fork():
        for descriptor in received:
            os.close(descriptor)
        os.write(asker, b"%d\n" % pid)
        selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, asker))
        return None
    return request, received


def _bury(descriptor: int, pid: int, asker: int) -> None:
    os.close(descriptor)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        os.write(asker, b"%d\n" % status)
    os.close(asker)


def _run(request: dict[str, Any], received: list[int]) -> None:
    """Be the interpreter that was asked for."""
    _take(received, request["descriptors"])
    os.setsid()
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    arguments: list[str] = request["argv"]
    sys.argv = arguments[arguments.index("-m") + 1 :]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _take(received: Sequence[int], wanted: Sequence[int]) -> None:
    """Give what was received the numbers it is wanted under, and close everything else."""
    apart = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _APART) for descriptor in received]
    os.closerange(0, _APART)
    for descriptor, number in zip(apart, wanted, strict=True):
        os.dup2(descriptor, number)
    os.closerange(_APART, _APART + len(apart))


if __name__ == "__main__":
    main(sys.argv[1])
