"""CSV and JSON lines as a scenario: each row is an event, its time one column, its payload the others."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bus.arrivals import cells
from bus.arrivals.json_lines import json_lines
from bus.arrivals.scripted import MOST_EVENTS, Arrival, scenario_of
from bus.arrivals.times import nanoseconds
from bus.asyncapi.reading import ImportedScenario
from bus.errors import Place, UserError

MOST_COLUMNS = 500
MOST_SHOWN = 40
"""Letters of a wrong value that a mistake shows."""

_BETWEEN = ",;\t"


@dataclass(frozen=True, slots=True)
class ArrivalColumns:
    """What the columns of a table are."""

    event: str = ""
    """Every row is this event; "" where a column says which."""

    event_column: str = ""
    time_column: str = ""
    """"" where there are no times: the events are emitted one after another."""

    schema: Mapping[str, Any] | None = None
    """The JSON Schema of the payloads: the cells of CSV are read as it says. None: as they look."""


Row = tuple[int, dict[str, Any]]
"""The line on which it begins, and its values by the names of the columns."""


def scenario_from_csv(text: str, file: str, columns: ArrivalColumns) -> ImportedScenario:
    """The scenario that emits the rows of a table. Raises UserError with the line of what is wrong."""
    rows = _first(_rows_of_csv(text, file, columns))
    own = (columns.event_column, columns.time_column)
    names = [name for name in (rows[0][0][1] if rows[0] else ()) if name not in own]
    if columns.schema is not None:
        kinds = cells.kinds_of(columns.schema)
    else:
        kinds = {name: cells.kind_of(row[name] for _line, row in rows[0]) for name in names}
    arrivals = []
    for line, row in rows[0]:
        payload = {}
        for name in names:
            try:
                value = cells.value_of(row[name], kinds.get(name, "string"))
            except ValueError as error:
                raise UserError(f"column {name}: {error}", at=Place(file, line)) from None
            if value is not cells.Empty:
                payload[name] = value
        arrivals.append(_arrival(row, payload, columns, Place(file, line)))
    schema = columns.schema if columns.schema is not None else cells.schema_of(kinds)
    return scenario_of(arrivals, rows[1], {each.event: {"schema": schema} for each in arrivals})


def scenario_from_json_lines(text: str, file: str, columns: ArrivalColumns) -> ImportedScenario:
    """The scenario that emits the objects of a file, one a line. Raises UserError with the place of what is wrong."""
    rows, notes = _first(_rows_of_json(text, file, columns))
    own = (columns.event_column, columns.time_column)
    arrivals = [
        _arrival(row, {key: value for key, value in row.items() if key not in own}, columns, Place(file, line))
        for line, row in rows
    ]
    fields = {} if columns.schema is None else {each.event: {"schema": columns.schema} for each in arrivals}
    return scenario_of(arrivals, notes, fields)


def _first(rows: Iterator[Row]) -> tuple[list[Row], list[str]]:
    """As many as a script can have, and what is to be said of others."""
    found: list[Row] = []
    for row in rows:
        if len(found) == MOST_EVENTS:
            return found, [f"the first {MOST_EVENTS} rows are taken: a script has no more steps"]
        found.append(row)
    return found, []


def _rows_of_csv(text: str, file: str, columns: ArrivalColumns) -> Iterator[Row]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_BETWEEN, key=first.count), strict=True)
    names: list[str] = []
    begins = 1
    try:
        for row in reader:
            if not names:
                names = _checked_names(row, file, columns)
            elif row:
                if len(row) != len(names):
                    problem = f"expected {len(names)} columns as in the first line, found {len(row)}"
                    raise UserError(problem, at=Place(file, begins))
                yield begins, dict(zip(names, row, strict=True))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UserError(f"this is not CSV: {error}", at=Place(file, reader.line_num)) from None
    if not names:
        raise UserError("the file is empty", at=Place(file), hint="expected the names of the columns in its first line")


def _checked_names(row: list[str], file: str, columns: ArrivalColumns) -> list[str]:
    names = [name.strip() for name in row]
    at = Place(file, 1)
    if len(names) > MOST_COLUMNS:
        raise UserError(f"there are {len(names)} columns, at most {MOST_COLUMNS} are read", at=at)
    for number, name in enumerate(names):
        if not name:
            raise UserError(f"column {number + 1} has no name", at=at, hint="the first line names the columns")
        if name in names[:number]:
            raise UserError(f"two columns are called {name}", at=at)
    for wanted in (columns.event_column, columns.time_column):
        if wanted and wanted not in names:
            shown = ", ".join(names[:10])
            raise UserError(f"there is no column {wanted}", at=at, hint=f"there are {shown}")
    return names


def _rows_of_json(text: str, file: str, columns: ArrivalColumns) -> Iterator[Row]:
    for line, value in json_lines(text, file):
        if not isinstance(value, dict):
            raise UserError("expected a JSON object on each line", at=Place(file, line, 1))
        for wanted in (columns.event_column, columns.time_column):
            if wanted and wanted not in value:
                raise UserError(f"this has no {wanted}", at=Place(file, line, 1))
        yield line, value


def _arrival(row: Mapping[str, Any], payload: Any, columns: ArrivalColumns, at: Place) -> Arrival:
    event = columns.event or row[columns.event_column]
    if not isinstance(event, str) or not event.strip():
        raise UserError(f"column {columns.event_column}: expected the name of an event, found {_shown(event)}", at=at)
    if not columns.time_column:
        return Arrival(event.strip(), payload, None)
    told = row[columns.time_column]
    time = nanoseconds(str(told)) if isinstance(told, str | int | float) and not isinstance(told, bool) else None
    if time is None:
        wanted = "expected seconds or a time such as 2026-11-29T12:00:00.5Z"
        raise UserError(f"column {columns.time_column}: {wanted}, found {_shown(told)}", at=at)
    return Arrival(event.strip(), payload, time)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
