"""The formats that a trace can be written in. To add one: a file here with `write`, and a line below."""

from __future__ import annotations

from bus.export import capture, chrome, csv, jsonl, mermaid, parquet
from bus.export.exporter import Exporter, Selection

__all__ = ["EXPORTERS", "Exporter", "Selection"]

EXPORTERS = (
    Exporter("capture", "Capture", ".buslens", capture.write, is_text=False),
    Exporter("jsonl", "JSON lines", ".jsonl", jsonl.write),
    Exporter("csv", "CSV table", ".csv", csv.write),
    Exporter("excel", "CSV table for Excel", ".csv", csv.write_for_excel),
    Exporter("parquet", "Parquet table", ".parquet", parquet.write, is_text=False),
    Exporter("chrome", "Chrome trace (Perfetto)", ".trace.json", chrome.write),
    Exporter("mermaid", "Mermaid sequence diagram", ".mmd", mermaid.write),
)
