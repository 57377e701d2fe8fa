"""A way to the sandbox on which every call takes a while, as it does to a region far away.

Only then does it show whether calls that do not need each other's answers are made at the same time. The relay keeps
each call that passes it, so that each can be timed alone afterwards.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Relay(ThreadingHTTPServer):
    """Passes each call on after `delay` seconds."""

    daemon_threads = True
    # A command may open a connection for each of its calls at once.
    request_queue_size = 128

    def __init__(self, upstream: str, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream, self.delay = urlsplit(upstream).netloc, delay
        self.calls: dict[tuple[str, bytes], tuple[str, str, dict[str, str], bytes]] = {}

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def passed(self, call: tuple[str, str, dict[str, str], bytes]) -> http.client.HTTPResponse:
        """Carries a call out, after the delay."""
        method, path, fields, body = call
        time.sleep(self.delay)
        connection = http.client.HTTPConnection(self.upstream)
        connection.request(method, path, body, fields)
        return connection.getresponse()

    def slowest_alone(self) -> float:
        """Returns how long the slowest of the calls takes when there is no other."""
        return max(self._alone(call) for call in self.calls.values())

    def _alone(self, call: tuple[str, str, dict[str, str], bytes]) -> float:
        began = time.perf_counter()
        self.passed(call).read()
        return time.perf_counter() - began


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        call = (self.command, self.path, dict(self.headers.items()), body)
        self.server.calls[self.path, body] = call
        answer = self.server.passed(call)
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing of single calls."""


@contextlib.contextmanager
def started(upstream: str, delay: float) -> Iterator[Relay]:
    """Starts a relay, and ends it."""
    with Relay(upstream, delay) as relay:
        thread = threading.Thread(target=relay.serve_forever, daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
