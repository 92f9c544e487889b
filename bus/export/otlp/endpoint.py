"""Where spans are sent, and how: an http(s) address, and what OpenTelemetry's standard variables say.

OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, _TIMEOUT, _COMPRESSION, _CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY;
each of them as OTEL_EXPORTER_OTLP_TRACES_… goes first. Headers often hold secrets: they are never part of a message.
https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from bus.errors import UserError
from bus.system_errors import reason

TRACES = "/v1/traces"
LONGEST_TIMEOUT_S = 600.0

_FOR_EXAMPLE = "such as http://localhost:4318"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = ("content-type", "content-encoding", "content-length", "host")


@dataclass(frozen=True, slots=True)
class OtlpEndpoint:
    """An OTLP/HTTP receiver of spans."""

    is_secure: bool
    host: str
    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 10.0
    """Of connecting, and of each wait for the receiver."""

    compresses: bool = True
    """Whether bodies are sent as gzip."""

    certificate: str = ""
    """A file of certificates to trust, instead of the system's."""

    client_certificate: str = ""
    client_key: str = ""

    @classmethod
    def of(cls, url: str, environment: Mapping[str, str]) -> OtlpEndpoint:
        """The receiver at this address; at the one in the environment where it is empty. Raises UserError."""
        said = _Variables(environment)
        if not url:
            url = said.get("ENDPOINT")
            if not url:
                raise UserError("it is not said where to send spans", hint=f"--to otlp=URL, {_FOR_EXAMPLE}")
        whole = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").strip() == url
        parts = _parts(url)
        path = parts.path.rstrip("/")
        if not (whole and path) and not path.endswith(TRACES):
            path += TRACES
        return cls(
            parts.scheme == "https",
            parts.hostname or "",
            parts.port or (443 if parts.scheme == "https" else 80),
            path,
            _headers(said.get("HEADERS")),
            _timeout_s(said.get("TIMEOUT")),
            _compresses(said.get("COMPRESSION")),
            said.get("CERTIFICATE"),
            said.get("CLIENT_CERTIFICATE"),
            said.get("CLIENT_KEY"),
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_secure else 'http'}://{host}:{self.port}{self.path}"

    def tls(self) -> ssl.SSLContext | None:
        """What https needs; None of http. Raises UserError where a certificate's file cannot be used."""
        if not self.is_secure:
            return None
        try:
            context = ssl.create_default_context(cafile=self.certificate or None)
            if self.client_certificate:
                context.load_cert_chain(self.client_certificate, self.client_key or None)
        except (OSError, ValueError) as error:
            files = ", ".join(filter(None, (self.certificate, self.client_certificate, self.client_key)))
            hint = "see OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY"
            raise UserError(f"certificates cannot be read from {files}: {reason(error)}", hint=hint) from None
        return context


class _Variables:
    """What is said for all signals, or for traces alone."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str) -> str:
        for begin in ("OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_"):
            if found := self._environment.get(begin + name, "").strip():
                return found
        return ""


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not url.isascii() or not url.isprintable() or " " in url:
        raise UserError("spans are sent to an http or https address", hint=_FOR_EXAMPLE)
    if parts.username is not None or parts.password is not None:
        hint = "give them as a header, in OTEL_EXPORTER_OTLP_HEADERS"
        raise UserError("a user and password in the address would be seen by everybody", hint=hint)
    if parts.query or parts.fragment:
        raise UserError("an address for spans ends with its path", hint=_FOR_EXAMPLE)
    return parts


def _headers(text: str) -> dict[str, str]:
    """`name=value,name=value`, values as in a URL."""
    found = {}
    for place, item in enumerate(filter(None, (each.strip() for each in text.split(","))), 1):
        name, is_there, value = (each.strip() for each in item.partition("="))
        value = unquote(value)
        good = is_there and _NAME.fullmatch(name) and value.isprintable() and value.isascii()
        if not good or name.lower() in _OURS:
            hint = "they are name=value,name=value"
            raise UserError(f"header {place} in OTEL_EXPORTER_OTLP_HEADERS cannot be sent", hint=hint)
        found[name] = value
    return found


def _timeout_s(text: str) -> float:
    if not text:
        return 10.0
    if not text.isdecimal() or not 0 < int(text) <= LONGEST_TIMEOUT_S * 1000:
        raise UserError(f"OTEL_EXPORTER_OTLP_TIMEOUT is {text[:40]!r}, not a number of milliseconds")
    return int(text) / 1000


def _compresses(text: str) -> bool:
    if text.lower() not in ("", "gzip", "none"):
        raise UserError(f"OTEL_EXPORTER_OTLP_COMPRESSION is {text[:40]!r}", hint="there are gzip and none")
    return text.lower() != "none"
