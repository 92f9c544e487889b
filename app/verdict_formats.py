"""Verdicts on expectations as a table, as JSON and as JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from rich.table import Table

from app.cli_text import cell, plain
from bus.behaviour.places import Lines
from bus.expectations.verdict import State, Verdict

_COLOURS = {State.MET: "green", State.OPEN: "cyan", State.UNMET: "red", State.UNKNOWN: "yellow"}


def as_table(verdicts: Sequence[Verdict]) -> Table:
    """One row for each, for a person."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("expectation", "expected", "found", ""):
        table.add_column(heading)
    for one in verdicts:
        mark = cell(one.state.value, _COLOURS[one.state])
        table.add_row(cell(one.about), plain(one.expected), plain(one.found), mark)
    return table


def as_json(verdicts: Sequence[Verdict], lines: Lines | None) -> list[dict[str, Any]]:
    """One object for each. `rows` is a search line that leaves the rows of `table` which show it.

    lines: of the scenario that expects it; None where it has no text.
    """
    return [
        {
            "about": one.about,
            "expected": one.expected,
            "found": one.found,
            "met": one.met,
            "state": one.state.name.lower(),
            "table": one.table,
            "rows": one.search,
            "line": lines.line("expect", one.number) if lines is not None else None,
        }
        for one in verdicts
    ]


def as_junit(suites: Sequence[tuple[str, Sequence[Verdict]]]) -> str:
    """A suite for each name, a case for each verdict: a failure where it is not met, an error where it is not known."""
    root = ElementTree.Element("testsuites", name="buslens expect")
    for name, verdicts in suites:
        failed = sum(one.state is State.UNMET for one in verdicts)
        unknown = sum(one.state in (State.UNKNOWN, State.OPEN) for one in verdicts)
        suite = ElementTree.SubElement(
            root, "testsuite", name=plain(name), tests=str(len(verdicts)), failures=str(failed), errors=str(unknown)
        )
        for one in verdicts:
            case = ElementTree.SubElement(suite, "testcase", classname=plain(name), name=plain(one.about))
            if not one.met:
                kind = "failure" if one.state is State.UNMET else "error"
                told = f"expected {one.expected}, found {one.found}"
                ElementTree.SubElement(case, kind, message=plain(told), type=one.state.name.lower())
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
