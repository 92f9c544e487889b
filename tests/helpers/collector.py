"""A receiver of OTLP/HTTP on loopback that decodes what it is sent by the official types; a test says its answers."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData

from tests.helpers.otlp import spans_of


class Collector:
    """What came, and what is answered next."""

    def __init__(self) -> None:
        self.answers: deque[tuple[int, dict[str, str], bytes]] = deque()
        """Status, headers and body of the next answers; then it is well."""

        self.requests: list[tuple[str, dict[str, str]]] = []
        """Path and headers of each request, in lower case."""

        self.sizes: list[int] = []
        """Bytes of each body, decompressed."""

        self.spans: list[Span] = []
        """Those that were taken."""

        self.resources: list[Any] = []
        self.gate = threading.Event()
        """Not set: it does not answer."""

        self.gate.set()
        self.url = ""

    def will_answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """The answer to the request after those that have one."""
        self.answers.append((status, headers, body))

    def will_refuse(self, spans: int, why: str) -> None:
        """It takes the next request, but for so many of its spans."""
        partial = ExportTracePartialSuccess(rejected_spans=spans, error_message=why)
        self.will_answer(200, ExportTraceServiceResponse(partial_success=partial).SerializeToString())

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Decode a request, and say the answer."""
        self.requests.append((path, headers))
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        request = ExportTraceServiceRequest()
        request.ParseFromString(body)
        self.sizes.append(len(body))
        answer = self.answers.popleft() if self.answers else (200, {}, b"")
        if answer[0] == 200:
            self.spans += spans_of(TracesData(resource_spans=request.resource_spans))
            self.resources += [each.resource for each in request.resource_spans]
        return answer


@contextmanager
def collecting(tls: ssl.SSLContext | None = None) -> Iterator[Collector]:
    """One that listens until the end of the block."""
    collector = Collector()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(collector))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    collector.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(collector: Collector) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers["content-length"]))
            collector.gate.wait()
            status, said, answer = collector.take(self.path, headers, body)
            try:
                self.send_response(status)
                for name, value in {**said, "Content-Length": str(len(answer))}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return  # whoever asked has gone

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

    return Handler
