"""A report as one HTML page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bus.analysis.problems.finding import Severity
from bus.report.flow_picture import flow_picture
from bus.report.picture import Picture
from bus.report.report import Problem, Report
from bus.report.timeline_picture import timeline_picture

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "report"
EVENT_HEADINGS = ("emitted", "failed", "lost", "delay p50", "p95", "latency p50", "p99")
HANDLER_HEADINGS = ("calls", "failed", "never ran", "delay p95", "duration p50", "p95", "p99")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A problem with its pictures, as the template takes it."""

    it: Problem
    timeline: Picture | None
    flow: tuple[Picture, int] | None
    """And how many steps are not in it."""


def page(report: Report, start_ns: int) -> str:
    """The page. start_ns: the capture's first time, from which people count."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    problems = [
        _Shown(
            each,
            timeline_picture(each.excerpt, start_ns) if each.excerpt else None,
            flow_picture(each.diagram) if each.diagram else None,
        )
        for each in report.problems
    ]
    counts = [(sum(each.severity == severity for each in report.problems), severity.word) for severity in Severity]
    return environment.get_template("page.html").render(
        report=report,
        own=[each for each in problems if not each.it.is_library],
        libraries=[each for each in problems if each.it.is_library],
        counts=[(count, word) for count, word in reversed(counts) if count],
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        event_headings=EVENT_HEADINGS,
        handler_headings=HANDLER_HEADINGS,
        version=version("buslens"),
    )
