"""One request after another to a receiver of spans, by OTLP/HTTP: what was taken, what to try again, what not.

https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

from __future__ import annotations

import gzip
import http.client
import socket
import ssl
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from bus.export.otlp.endpoint import OtlpEndpoint
from bus.export.words import visible
from bus.system_errors import reason

AGAIN = (429, 502, 503, 504)
"""Answers after which the same request may be sent again."""

_MOST_ANSWER = 64 * 1024
_MOST_WORDS = 200
_LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer of success."""

    refused: int = 0
    """Spans that the receiver did not want all the same."""

    why: str = ""


class TryAgainError(Exception):
    """The receiver cannot be reached, or is busy."""

    def __init__(self, why: str, pause_s: float = 0.0) -> None:
        """pause_s: how long the receiver wants to be left alone; 0: it does not say."""
        super().__init__(why)
        self.pause_s = pause_s


class NotTakenError(Exception):
    """The receiver will never take it."""


class OtlpConnection:
    """A connection that stays open between requests. Belongs to one thread."""

    def __init__(self, endpoint: OtlpEndpoint) -> None:
        """Connects to nobody yet. Raises UserError where certificates cannot be read."""
        self._endpoint = endpoint
        tls, timeout_s = endpoint.tls(), endpoint.timeout_s
        self._connection: http.client.HTTPConnection
        if tls is not None:
            self._connection = http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=timeout_s, context=tls)
        else:
            self._connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=timeout_s)
        self._headers = {**endpoint.headers, "Content-Type": "application/x-protobuf", "User-Agent": "buslens"}

    def post(self, body: bytes) -> Taken:
        """Send one request. Raises TryAgainError, NotTakenError."""
        headers = self._headers
        if self._endpoint.compresses:
            body, headers = gzip.compress(body, 6, mtime=0), {**headers, "Content-Encoding": "gzip"}
        try:
            status, after, answer = self._asked(body, headers)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise NotTakenError(f"its certificate is not trusted: {error.verify_message}") from None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise TryAgainError(_why(error)) from None
        if status in AGAIN:
            raise TryAgainError(f"it answers {status} {_phrase(status)}", _seconds(after))
        if not 200 <= status < 300:
            raise NotTakenError(f"it answers {status} {_phrase(status)}")
        return _taken(answer)

    def close(self) -> None:
        """Close it; the next request opens it anew."""
        self._connection.close()

    def _asked(self, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, Retry-After and body of the answer."""
        was_open = self._connection.sock is not None
        try:
            self._connection.request("POST", self._endpoint.path, body, headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # A receiver closes what was idle for long; that is no trouble.
            self.close()
            if not was_open:
                raise
            self._connection.request("POST", self._endpoint.path, body, headers)
            response = self._connection.getresponse()
        answer = response.read(_MOST_ANSWER)
        if not response.isclosed():  # more than anybody has to say
            self.close()
        return response.status, response.getheader("Retry-After", ""), answer


def _taken(answer: bytes) -> Taken:
    said = ExportTraceServiceResponse()
    try:
        said.ParseFromString(answer)
    except DecodeError:  # some receivers answer with a text
        return Taken()
    partial = said.partial_success
    if partial.rejected_spans <= 0:
        return Taken()
    return Taken(partial.rejected_spans, visible(partial.error_message[:_MOST_WORDS]))


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    if isinstance(error, OSError):
        return reason(error)
    return "what listens there does not speak HTTP"


def _phrase(status: int) -> str:
    return http.client.responses.get(status, "")


def _seconds(after: str) -> float:
    """Of Retry-After; a date, which nobody sends for so short a time, is passed over."""
    return min(float(after), _LONGEST_PAUSE_S) if after.isdecimal() else 0.0
