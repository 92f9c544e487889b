"""OTLP's JSON: that of protobuf, but ids are hexadecimal and enumerations are numbers.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from __future__ import annotations

import base64
import json
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

_IDS = ("traceId", "spanId", "parentSpanId")


def json_line(data: TracesData) -> str:
    """One message on a line with its end, in ASCII: characters that could steer a terminal are escapes."""
    fields = MessageToDict(data, use_integers_for_enums=True)
    for of_resource in fields.get("resourceSpans", ()):
        for of_scope in of_resource.get("scopeSpans", ()):
            for span in of_scope.get("spans", ()):
                _in_hex(span)
                for link in span.get("links", ()):
                    _in_hex(link)
    # DEL is the one control character that JSON leaves as it is.
    return json.dumps(fields, separators=(",", ":")).replace("\x7f", "\\u007f") + "\n"


def _in_hex(fields: dict[str, Any]) -> None:
    for name in _IDS:
        if name in fields:
            fields[name] = base64.b64decode(fields[name]).hex()
