"""`buslens import`: documents of other formats as scenarios; and a scenario as an AsyncAPI document."""

from __future__ import annotations

import json
from pathlib import Path

from app.cli_output import complain, file_for, write_file
from app.cli_text import plain
from bus import scenario
from bus.asyncapi import reading as asyncapi
from bus.asyncapi.writing import document_of
from bus.cloudevents import reading as cloudevents
from bus.errors import Place, UserError
from bus.scenario.reading import text_of
from bus.system_errors import cannot_read

MOST_BYTES = 16 * 1024 * 1024


def import_file(path: Path, output: Path) -> int:
    """Write the scenario of an AsyncAPI document or of CloudEvents; what is left out is said. Raises UserError."""
    text = _read(path)
    is_events = cloudevents.looks_like_cloudevents(text)
    made = (cloudevents if is_events else asyncapi).scenario_from(text, str(path))
    scenario.loads(made.text, str(path))  # what is written opens
    for note in made.notes:
        complain(f"{plain(str(path))}: {plain(note)}")
    write_file(output, made.text.rstrip("\n"))
    return 0


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
