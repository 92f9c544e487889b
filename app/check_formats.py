"""What `buslens check` has found, as other programs take it: JSON, JUnit, SARIF, and annotations of GitHub."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from app.cli_text import plain
from bus.analysis.problems import DETECTORS
from bus.analysis.problems.baseline import Baseline
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.looking import Problems
from bus.errors import Place

SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}
GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One capture and what was found in it."""

    name: str
    """As the person wrote it."""

    problems: Problems
    start_ns: int
    """The capture's first time, from which people count."""


def as_json(checked: Sequence[Checked], baseline: Baseline) -> list[dict[str, Any]]:
    """One object for each capture; times are nanoseconds on the capture's clock."""
    return [
        {
            "capture": each.name,
            "healthy": each.problems.is_healthy,
            "detectors": each.problems.detectors,
            "dispatches": each.problems.dispatches,
            "calls": each.problems.calls,
            "failed": each.problems.failed,
            "findings": [_fields(finding) for finding in each.problems.findings],
            "muted": [
                {**_fields(finding), "reason": baseline.by_fingerprint[finding.fingerprint].reason}
                for finding in each.problems.muted
            ],
            "not_enough_data": [{"detector": detector, "why": why} for detector, why in each.problems.undecided],
            "cut": list(each.problems.cut),
        }
        for each in checked
    ]


def as_junit(checked: Sequence[Checked], fail_on: Severity) -> str:
    """A suite for each capture, a case for each detector, which fails by findings of at least this severity."""
    root = ElementTree.Element("testsuites", name="buslens check")
    for each in checked:
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(each.name), tests=str(len(DETECTORS)))
        undecided = dict(each.problems.undecided)
        failures = skipped = 0
        for detector in DETECTORS:
            case = ElementTree.SubElement(suite, "testcase", classname="buslens", name=detector.id)
            mine = [finding for finding in each.problems.findings if finding.detector == detector.id]
            bad = [finding for finding in mine if finding.severity >= fail_on]
            if bad:
                failures += 1
                failure = ElementTree.SubElement(case, "failure", message=_xml(bad[0].title), type=bad[0].severity.word)
                failure.text = "\n\n".join(map(_paragraph, bad))
            elif detector.id in undecided:
                skipped += 1
                ElementTree.SubElement(case, "skipped", message=_xml(undecided[detector.id]))
            if others := [finding for finding in mine if finding.severity < fail_on]:
                ElementTree.SubElement(case, "system-out").text = "\n\n".join(map(_paragraph, others))
        suite.set("failures", str(failures))
        suite.set("skipped", str(skipped))
        suite.set("errors", "0")
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True)


def as_sarif(checked: Sequence[Checked], baseline: Baseline) -> dict[str, Any]:
    """SARIF 2.1.0; what is muted is suppressed, with the person's reason."""
    results = [
        _sarif_result(finding, each.name, "")
        for each in checked
        for finding in each.problems.findings
    ] + [
        _sarif_result(finding, each.name, baseline.by_fingerprint[finding.fingerprint].reason)
        for each in checked
        for finding in each.problems.muted
    ]  # fmt: skip
    rules = [{"id": each.id, "name": each.title, "shortDescription": {"text": each.title}} for each in DETECTORS]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "buslens", "version": version("buslens"), "rules": rules}},
                "results": results,
            }
        ],
    }


def github_lines(checked: Sequence[Checked]) -> Iterator[str]:
    """Workflow commands that GitHub shows beside the code."""
    for each in checked:
        for finding in each.problems.findings:
            where = [f"title={_property(f'buslens {finding.detector}')}"]
            if finding.place is not None:
                line = [f"line={finding.place.line}"] * bool(finding.place.line)
                where = [f"file={_property(_relative(finding.place))}", *line, *where]
            text = _escaped(f"{finding.title}. {finding.meaning} {finding.advice}")
            yield f"::{GITHUB_LEVELS[finding.severity]} {','.join(where)}::{text}"


def _fields(finding: Finding) -> dict[str, Any]:
    evidence = finding.evidence
    return {
        "detector": finding.detector,
        "fingerprint": finding.fingerprint,
        "severity": finding.severity.word,
        "title": finding.title,
        "meaning": finding.meaning,
        "next": finding.advice,
        "place": _place(finding.place),
        "library": finding.is_library,
        "count": evidence.count,
        "first_ns": evidence.first_ns,
        "last_ns": evidence.last_ns,
        "dispatches": list(evidence.dispatches),
        "calls": list(evidence.calls),
        "places": [{"what": what, **(_place(place) or {})} for what, place in evidence.places],
        "numbers": dict(evidence.numbers),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"file": place.file, "line": place.line}


def _sarif_result(finding: Finding, capture: str, reason: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.detector,
        "level": SARIF_LEVELS[finding.severity],
        "message": {"text": f"{finding.title}. {finding.meaning} {finding.advice}"},
        "partialFingerprints": {"buslens/v1": finding.fingerprint},
        "properties": {"capture": capture, "count": finding.evidence.count},
    }
    if finding.place is not None:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.place)}}
        if finding.place.line:
            physical["region"] = {"startLine": finding.place.line}
        result["locations"] = [{"physicalLocation": physical}]
    if reason:
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result


def _paragraph(finding: Finding) -> str:
    place = f"{finding.place}: " if finding.place else ""
    return _xml(f"{place}{finding.severity.word}: {finding.title}\n{finding.meaning}\nnext: {finding.advice}")


def _relative(place: Place) -> str:
    """As seen from here where it lies below, which is how CI knows a file of the checkout."""
    path = Path(place.file)
    try:
        return path.relative_to(Path.cwd()).as_posix() if path.is_absolute() else path.as_posix()
    except ValueError:
        return place.file


def _uri(place: Place) -> str:
    relative = _relative(place)
    if os.path.isabs(relative):
        return Path(relative).as_uri()
    return "/".join(_quoted(part) for part in relative.split("/"))


def _quoted(part: str) -> str:
    from urllib.parse import quote

    return quote(part, errors="replace")


def _xml(text: str) -> str:
    """Text as XML may hold it: no control characters."""
    return "\n".join(plain(line) for line in text.split("\n"))


def _escaped(text: str) -> str:
    return plain(text).replace("%", "%25")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
