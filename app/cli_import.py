"""`buslens import`: documents of other formats as scenarios; and a scenario as an AsyncAPI document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.cli_output import complain, file_for, write_file
from app.cli_text import plain
from bus import scenario
from bus.arrivals import reading as arrivals
from bus.arrivals.reading import ArrivalColumns
from bus.asyncapi import reading as asyncapi
from bus.asyncapi.reading import ImportedScenario
from bus.asyncapi.writing import document_of
from bus.cloudevents import reading as cloudevents
from bus.errors import Place, UserError
from bus.scenario.parsed import text_of
from bus.system_errors import cannot_read

MOST_BYTES = 16 * 1024 * 1024
CSV, JSON_LINES = (".csv", ".tsv"), (".jsonl", ".ndjson")


def import_file(path: Path, output: Path, columns: ArrivalColumns) -> int:
    """Write the scenario of a document, of CloudEvents or of a table; what is left out is said. Raises UserError.

    columns: of a table; its `event` or `event_column` says that the file is one.
    """
    made = _imported(path, _read(path), columns)
    scenario.loads(made.text, str(path))  # what is written opens
    for note in made.notes:
        complain(f"{plain(str(path))}: {plain(note)}")
    write_file(output, made.text.rstrip("\n"))
    return 0


def _imported(path: Path, text: str, columns: ArrivalColumns) -> ImportedScenario:
    file, suffix = str(path), path.suffix.lower()
    if columns.event or columns.event_column:
        is_csv = suffix in CSV or (suffix not in JSON_LINES and not text.lstrip().startswith("{"))
        return (arrivals.scenario_from_csv if is_csv else arrivals.scenario_from_json_lines)(text, file, columns)
    if cloudevents.looks_like_cloudevents(text):
        return cloudevents.scenario_from(text, file)
    if suffix in CSV + JSON_LINES:
        hint = "say --event NAME, or --event-column COLUMN where a column has its name"
        raise UserError("which event each row is, is not said", at=Place(file), hint=hint)
    return asyncapi.scenario_from(text, file)


def schema_in(path: Path | None) -> dict[str, Any] | None:
    """The JSON Schema of a file; None where none is named. Raises UserError."""
    if path is None:
        return None
    try:
        schema = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise UserError("this is not JSON", at=Place(str(path), line, column)) from None
    if not isinstance(schema, dict):
        raise UserError("expected a JSON Schema, which is an object", at=Place(str(path), 1, 1))
    return schema


def export_scenario(path: Path, output: Path) -> None:
    """Write a scenario as an AsyncAPI document. Raises UserError."""
    document = document_of(scenario.load(path).scenario)
    with file_for(output, is_text=True) as target:
        target.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise cannot_read(path, error) from None
    if len(raw) > MOST_BYTES:
        raise UserError(f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB", at=Place(str(path)))
    return text_of(raw, path)
