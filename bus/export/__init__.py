"""The formats that a trace can be written in. To add one: a file here with `write`, and a line below."""

from __future__ import annotations

from functools import partial

from bus.export import capture, chrome, cloudevents, csv, jsonl, mermaid, otlp, parquet
from bus.export.exporter import Exporter, Selection

__all__ = ["EXPORTERS", "Exporter", "Selection"]

EXPORTERS = (
    Exporter("capture", "Capture", ".buslens", capture.write, is_text=False),
    Exporter("jsonl", "JSON lines", ".jsonl", jsonl.write),
    Exporter("csv", "CSV table", ".csv", csv.write),
    Exporter("excel", "CSV table for Excel", ".csv", csv.write_for_excel),
    Exporter("parquet", "Parquet table", ".parquet", parquet.write, is_text=False),
    Exporter("chrome", "Chrome trace (Perfetto)", ".trace.json", chrome.write),
    Exporter(
        "otlp",
        "OpenTelemetry spans (OTLP)",
        ".otlp",
        otlp.write,
        is_text=False,
        write_payloads=partial(otlp.write, payloads=True),
    ),
    Exporter(
        "otlpjson",
        "OpenTelemetry spans (OTLP JSON lines)",
        ".otlp.jsonl",
        otlp.write_json,
        write_payloads=partial(otlp.write_json, payloads=True),
    ),
    Exporter("cloudevents", "CloudEvents (JSON batch)", ".cloudevents.json", cloudevents.write),
    Exporter("mermaid", "Mermaid sequence diagram", ".mmd", mermaid.write),
)
