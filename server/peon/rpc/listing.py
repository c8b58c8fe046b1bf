"""Writing a list of threads, which may be long, piece by piece."""

import asyncio
from typing import Final

from peon.rpc.answers import ThreadListAnswer
from peon.rpc.caller import Caller
from peon.runtime.settings import KIB, MIB
from peon.wire import dumps, unstructurer
from peon_protocol.queries import ListThreads
from peon_protocol.results import ThreadList
from peon_protocol.views import ThreadView

PAGE_BYTES: Final = MIB
"""A page holds no more than this, but always one thread."""
_SLICE_BYTES: Final = 32 * KIB
"""After so much writing the loop is given to others."""
_unstructure: Final = unstructurer(ThreadView)


async def list_threads(caller: Caller, query: ListThreads) -> ThreadListAnswer:
    """The newest are written first: those that a page has no room for are asked for next."""
    listed = await caller.query(query, ThreadList)
    threads: list[bytes] = []
    size = written = 0
    for thread in reversed(listed.threads):
        body = dumps(_unstructure(thread))
        size += len(body)
        if query.limit is not None and threads and size > PAGE_BYTES:
            break
        threads.append(body)
        if size - written >= _SLICE_BYTES:
            written = size
            await asyncio.sleep(0)
    before = listed.threads_before + len(listed.threads) - len(threads)
    return ThreadListAnswer(threads[::-1], listed.sequence, before)
