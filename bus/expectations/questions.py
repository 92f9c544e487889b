"""Rules that ask somebody else: a query of SQL that must find nothing, detectors that must find nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bus.analysis.problems import DETECTORS
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from bus.errors import UserError
from bus.expectations.records import JudgedRecords
from bus.expectations.verdict import MOST_SHOWN, NONE, Look, Rows
from bus.scenario.rules import NoProblems, NoRows
from bus.wording import several

if TYPE_CHECKING:
    from bus.sql.query import QueryResult

LONGEST_TEXT = 100


def no_rows(rule: NoRows, records: JudgedRecords) -> Look:
    """A query finds nothing. A wrong query, or one that takes too long, is a verdict that is not known."""
    from bus.sql.query import Query  # DuckDB is a tenth of what a start takes, and few rules ask it

    about = rule.title or " ".join(rule.no_rows.split())
    try:
        result = Query(records.trace, rule.no_rows).run()
    except UserError as error:
        return Look(about, "no rows", "-", unknown=f"the query has no answer: {error.problem}", search="")
    if not result.rows:
        return Look(about, "no rows", "no rows", search="")
    first = ", ".join(map(str, result.rows[0]))
    shown = first if len(first) <= LONGEST_TEXT else f"{first[:LONGEST_TEXT]}…"
    more = "more than " * result.cut
    table, rows = _shown(result, records)
    return Look(
        about, "no rows", f"{more}{several(len(result.rows), 'row')}, the first is {shown}", is_broken=True,
        against=rows, table=table, search=None if len(rows) else "",
    )  # fmt: skip


def _shown(result: QueryResult, records: JudgedRecords) -> tuple[str, Rows]:
    """The dispatches or calls that its rows name, where a column is called so, or `id`."""
    for column, table in (("call", "calls"), ("dispatch", "dispatches"), ("id", "calls"), ("id", "dispatches")):
        if column in result.columns:
            at = result.columns.index(column)
            ids = [each[at] for each in result.rows[:MOST_SHOWN]]
            known: Any = records.trace.calls if table == "calls" else records.trace.dispatches
            rows = [known.row_of(each) for each in ids if isinstance(each, int) and 0 <= each < 1 << 64]
            found = np.array([row for row in rows if row >= 0], np.int64)
            if len(found):
                return table, found
    return "dispatches", NONE


def no_problems(rule: NoProblems, records: JudgedRecords) -> Look:
    """Detectors find nothing of this severity or above."""
    asked = [each for each in DETECTORS if each.id not in rule.except_]
    end_is_known = records.observed.end_is_known or records.goes_on
    problems = look(records.trace, asked, progress=lambda _share: records.tell(), end_is_known=end_is_known)
    least = Severity[rule.no_problems.upper()]
    found = [each for each in problems.findings if each.severity >= least]
    ids = [ident for each in found for ident in each.evidence.dispatches]
    rows = records.trace.dispatches.rows_of(np.array(ids[:MOST_SHOWN], np.uint64)) if ids else NONE
    but = f" but of {', '.join(rule.except_)}" if rule.except_ else ""
    return Look(
        f"no problems: {rule.no_problems} or worse{but}", "none",
        f"{several(len(found), 'problem')}, such as: {found[0].title}" if found else "none",
        is_broken=bool(found), against=rows[rows >= 0].astype(np.int64), search=None if len(rows) else "",
    )  # fmt: skip
