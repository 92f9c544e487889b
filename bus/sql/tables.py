"""What can be asked in SQL: views with plain names over the columns of a trace (bus/sql/columns.py).

Times are nanoseconds since the capture's clock began; `_ms` columns are milliseconds. The columns lie as narrow as they
can; they are widened here, so that sums of them do not overflow. Texts of payloads, errors and notes are functions of
their ids, which DuckDB calls for those rows alone that a query looks at.
"""

from __future__ import annotations

from bus.trace.fates import FATES, TOLD, WHYS
from buslens.records import Kind, Outcome

OUTCOMES = {outcome: outcome.name.lower().replace("_", " ") for outcome in Outcome}
STEPS = {kind: kind.name.lower().replace("_", " ") for kind in Kind}
"""Of deliveries."""


def _word(words: tuple[str, ...], column: str) -> str:
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return f"([{quoted}])[{column} + 1]"


def _payload(blob: str) -> str:
    # What is not JSON (a cut text, a hostile capture) becomes a JSON text, so that no query fails of it.
    text = f"_payload(NULLIF({blob}, 0)::UBIGINT)"
    return f"coalesce(TRY_CAST({text} AS JSON), to_json({text}))"


TABLES: dict[str, str] = {
    "dispatches": f"""
        SELECT d.id::UBIGINT AS id, e.text AS event,
               e.bus::VARCHAR AS bus, o.text AS outcome, {_word(FATES, "d.fate")} AS fate,
               CASE WHEN d.why = {TOLD} THEN _note(NULLIF(d.told, 0)::UBIGINT)
                    ELSE NULLIF({_word(WHYS, "d.why")}, '') END AS why,
               d.emitted_ns, d.ended_ns, (d.ended_ns - d.emitted_ns) / 1e6 AS latency_ms,
               d.handlers::BIGINT AS handlers, d.open, d.failed::BIGINT AS failed, d.skipped::BIGINT AS skipped,
               NULLIF(d.parent_call, 0)::UBIGINT AS parent_call, d.cause_unknown,
               d.root::UBIGINT AS root, l.text AS lane,
               {_payload("d.payload")} AS payload
        FROM _dispatches d LEFT JOIN _names e ON e.id = d.event LEFT JOIN _names l ON l.id = d.lane
        LEFT JOIN _outcomes o ON o.id = d.outcome""",  # noqa: S608  (words of ours)
    "calls": """
        SELECT c.id::UBIGINT AS id, c.dispatch::UBIGINT AS dispatch, e.text AS event,
               e.bus::VARCHAR AS bus, h.text AS handler,
               NULLIF(h.file, '') AS file, NULLIF(h.line, 0) AS line, o.text AS outcome,
               c.emitted_ns, c.started_ns, NULLIF(c.ended_ns, -1) AS ended_ns,
               (c.started_ns - c.emitted_ns) / 1e6 AS queue_delay_ms,
               CASE WHEN c.ended_ns >= 0 THEN (c.ended_ns - c.started_ns) / 1e6 END AS duration_ms,
               c.attempt::BIGINT AS attempt, l.text AS lane,
               _error(NULLIF(c.error, 0)::UBIGINT)->>'type' AS error_type,
               _error(NULLIF(c.error, 0)::UBIGINT)->>'message' AS error_message,
               _error(NULLIF(c.error, 0)::UBIGINT)->>'traceback' AS traceback
        FROM _calls c LEFT JOIN _names h ON h.id = c.handler LEFT JOIN _names l ON l.id = c.lane
        LEFT JOIN _names e ON e.id = c.event LEFT JOIN _outcomes o ON o.id = c.outcome""",
    "pairs": f"""
        SELECT p.dispatch::UBIGINT AS dispatch, e.text AS event,
               e.bus::VARCHAR AS bus, h.text AS handler,
               {_word(FATES, "p.fate")} AS fate, p.calls, p.handled, greatest(p.handled - 1, 0) AS twice, p.out_of_order
        FROM _pairs p LEFT JOIN _names e ON e.id = p.event LEFT JOIN _names h ON h.id = p.handler""",  # noqa: S608
    "skipped": """
        SELECT s.time_ns, s.dispatch::UBIGINT AS dispatch, e.text AS event,
               e.bus::VARCHAR AS bus, NULLIF(h.text, '') AS handler,
               NULLIF(h.file, '') AS file, NULLIF(h.line, 0) AS line,
               NULLIF(s.because_call, 0)::UBIGINT AS because_call, s.count::BIGINT AS count,
               _note(NULLIF(s.note, 0)::UBIGINT) AS note
        FROM _skipped s LEFT JOIN _names e ON e.id = s.event LEFT JOIN _names h ON h.id = s.handler""",
    "subscriptions": """
        SELECT h.text AS handler, e.text AS event,
               e.bus::VARCHAR AS bus, NULLIF(h.file, '') AS file, NULLIF(h.line, 0) AS line,
               s.once, s.from_ns, NULLIF(s.until_ns, -1) AS until_ns,
               _note(NULLIF(s.note, 0)::UBIGINT) AS note, _note(NULLIF(s.end_note, 0)::UBIGINT) AS end_note
        FROM _subscriptions s LEFT JOIN _names e ON e.id = s.event LEFT JOIN _names h ON h.id = s.handler""",
    "buses": """
        SELECT b.text AS bus, NULLIF(b.class, '') AS class, NULLIF(b.file, '') AS file, NULLIF(b.line, 0) AS line,
               NULLIF(b.made, '') AS made
        FROM _names b WHERE b.kind = 'bus'""",
    "deliveries": """
        SELECT t.time_ns, k.text AS step, NULLIF(t.dispatch, 0)::UBIGINT AS dispatch, e.text AS event,
               NULLIF(t.call, 0)::UBIGINT AS call, q.text AS queue, t.attempt::BIGINT AS attempt,
               _note(NULLIF(t.note, 0)::UBIGINT) AS note
        FROM _deliveries t LEFT JOIN _names q ON q.id = t.queue LEFT JOIN _names e ON e.id = t.event
        LEFT JOIN _steps k ON k.id = t.kind""",
    "marks": """
        SELECT kind, time_ns, end_ns, NULLIF(call, 0) AS call, NULLIF(dispatch, 0) AS dispatch,
               coalesce(text::VARCHAR, _note(NULLIF(blob, 0)::UBIGINT)) AS text
        FROM _marks""",
    "names": """
        SELECT id, kind, text, NULLIF(file, '') AS file, NULLIF(line, 0) AS line, bus::VARCHAR AS bus
        FROM _names WHERE kind IS NOT NULL""",
}
"""What can be asked for; docs/sql.md says what each column means, and a test that it does."""

ABOUT = {
    "dispatches": "one row for each emit",
    "calls": "one row for each run of a handler",
    "pairs": "one row for each event and handler that it was for",
    "skipped": "handlers that were announced and never called",
    "subscriptions": "which handler was subscribed to what, from when to when",
    "buses": "emitters and broker connections",
    "deliveries": "what brokers and workers did",
    "marks": "lines that handlers logged, faults, notes and kept bands",
    "names": "everything that has a name",
}
