"""OpenTelemetry: dispatches and calls as spans in OTLP, which any tracing back end takes.

The spans follow OpenTelemetry's semantic conventions 1.45.0: messaging spans, which are in development there, and the
attributes of code, errors and exceptions, which are stable. docs/exports.md says what becomes what. The official types
(opentelemetry-proto) take a tenth of a second to import: all that needs them is imported when somebody exports.
"""

from __future__ import annotations

from pathlib import Path

from bus.export.exporter import Selection
from bus.trace.trace import Progress, Trace


def write(
    trace: Trace,
    path: Path,
    selection: Selection | None = None,
    *,
    progress: Progress | None = None,
    payloads: bool = False,
) -> None:
    """Write one `TracesData` message of all spans, as protobuf. payloads: with what the events carried."""
    from bus.export.otlp import file

    file.write_protobuf(trace, path, progress, payloads=payloads)


def write_json(
    trace: Trace,
    path: Path,
    selection: Selection | None = None,
    *,
    progress: Progress | None = None,
    payloads: bool = False,
) -> None:
    """Write lines of `TracesData` in OTLP's JSON, as OpenTelemetry's file exporters do; payloads as in `write`."""
    from bus.export.otlp import file

    file.write_json_lines(trace, path, progress, payloads=payloads)
