"""The server: HTTP on a port of loopback, in threads of its own, for as long as a test lasts."""

import contextlib
import gzip
import itertools
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType, TracebackType
from typing import Final, Self

from agents.llm import anthropic, chat, gemini, responses
from agents.llm.scenes import Asked, Json, Step, call_for, next_step

_APIS: Final[dict[str, ModuleType]] = {
    "/v1/messages": anthropic,
    "/v1/responses": responses,
    "/v1/chat/completions": chat,
}


class FakeLlm:
    """A model that plays scenes. Use it as a context."""

    def __init__(self) -> None:
        self._scenes: dict[str, tuple[Step, ...]] = {}
        self._numbers = itertools.count(1)
        self._closing = threading.Event()
        self._goes_on = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.llm = self
        self.asked: list[Asked] = []
        """Every request that was understood, in order."""
        self.strange: list[str] = []
        """Every path that nobody serves here."""

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._http.serve_forever, name="fake llm")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._goes_on.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def play(self, name: str, *steps: Step) -> str:
        """Say this where a prompt has the mark that is given back."""
        self._scenes.pop(name, None)  # The last that was written down comes last.
        self._scenes[name] = steps
        return f"[scene {name}]"

    def next(self, asked: Asked) -> tuple[Step, int]:
        """What comes next, and the number of the request."""
        self.asked.append(asked)
        return next_step(asked, self._scenes), next(self._numbers)

    def go_on(self) -> None:
        """Say the rest of what is held, and hold nothing more."""
        self._goes_on.set()

    def hold(self) -> bool:
        """Say no more, until it may `go_on`: whether it may, or the test is over."""
        self._goes_on.wait()
        return not self._closing.is_set()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    llm: FakeLlm


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        if self.path.partition("?")[0].endswith("/models"):
            self._whole({"object": "list", "data": [], "models": [], "has_more": False})
        else:
            self._not_here()

    def do_POST(self) -> None:
        path = self.path.partition("?")[0]
        body = self._body()
        api = gemini if path.endswith(":streamGenerateContent") else _APIS.get(path)
        # An agent that is interrupted, or killed, hangs up.
        with contextlib.suppress(ConnectionError):
            if api is not None:
                self._answer(api, body)
            elif path.endswith("/count_tokens"):
                self._whole({"input_tokens": 100})
            elif path.endswith(":generateContent"):
                # It asks itself which of its models is to answer.
                chosen = {"reasoning": "A garden.", "model_choice": "flash"}
                self._whole(gemini.answer(json.dumps(chosen)))
            elif path.endswith(":countTokens"):
                self._whole({"totalTokens": 100})
            else:
                self._not_here()

    def _body(self) -> Json:
        content = b"".join(self._chunks())
        if self.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        found = json.loads(content or b"{}")
        assert isinstance(found, dict)
        return found

    def _chunks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return
        while length := int(self.rfile.readline(), 16):
            yield self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, api: ModuleType, body: Json) -> None:
        llm = self._llm
        asked = api.read(body)
        step, number = llm.next(asked)
        if step.refuses is not None:
            self._whole(api.refusal(step.refuses), status=step.refuses.status)
            return
        call = None if step.do is None else call_for(step.do, asked.tools)
        if not asked.streams:
            self._whole(api.whole(asked, step, call, number))
            return
        self._begin_stream()
        events = list(api.stream(asked, step, call, number))
        for place, (name, event) in enumerate(events):
            if step.holds and place > len(events) // 2 and not llm.hold():
                return
            self._event(name, event)
        if api is chat:
            self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _event(self, name: str, event: Json) -> None:
        named = f"event: {name}\n" if name else ""
        told = {"type": name, **event} if name else event
        self._chunk(f"{named}data: {json.dumps(told)}\n\n".encode())

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(content), content))
        self.wfile.flush()

    def _whole(self, answer: Json, *, status: int = 200) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _not_here(self) -> None:
        self._llm.strange.append(f"{self.command} {self.path}")
        self._whole({"error": {"type": "not_found_error", "message": "not here"}}, status=404)

    @property
    def _llm(self) -> FakeLlm:
        assert isinstance(self.server, _Http)
        return self.server.llm
