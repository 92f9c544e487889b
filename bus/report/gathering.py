"""Makes a report of a trace: looks for problems, gathers what shows each of them, and lets nothing out unredacted."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bus.analysis import causality, statistics
from bus.analysis.problems import DETECTORS
from bus.analysis.problems.baseline import Baseline
from bus.analysis.problems.finding import Evidence, Finding
from bus.analysis.problems.looking import Problems, look
from bus.analysis.problems.summing_up import seen
from bus.analysis.statistics import Statistic
from bus.capture import completeness
from bus.capture.writer import who_recorded
from bus.export.sequence import Sequence as Diagram
from bus.export.sequence import sequence
from bus.report.excerpt import Excerpt, excerpt
from bus.report.outgoing import Outgoing
from bus.report.report import Carried, Problem, Report, Row, Told, Wanted
from bus.trace.ids import id_text
from bus.trace.trace import Trace
from bus.wording import duration, extent, several

MOST_PROBLEMS = 60
MOST_PICTURES = 30
"""Problems that are shown in pictures; each looks through the whole trace."""

MOST_PAYLOADS, MOST_ERRORS = 3, 2
MOST_ROWS = 60
MOST_ABOVE, MOST_BESIDE = 6, 8
"""Dispatches of a flow in its diagram: those that led to the one in question, and what its calls emitted."""

PATHS = "CAPTURE"
CAPTURE_DETECTOR = "capture"
Progress = Callable[[float], None]


def gather(
    trace: Trace,
    path: Path | None,
    wanted: Wanted,
    baseline: Baseline | None = None,
    progress: Progress | None = None,
    *,
    end_is_known: bool = False,
) -> Report:
    """The report of a trace that stands still; on any thread.

    path: the capture as commands name it, None where it is not in a file. progress: told how much is done; it may
    raise to end it early. end_is_known: as of `look`.
    """
    baseline = baseline or Baseline()
    progress_of_look = _first(progress, 0.7)
    problems = look(trace, DETECTORS, baseline.by_fingerprint, progress_of_look, end_is_known=end_is_known)
    return _Gathering(trace, path, wanted, baseline, end_is_known=end_is_known).report(problems, progress)


class _Gathering:
    def __init__(
        self, trace: Trace, path: Path | None, wanted: Wanted, baseline: Baseline, *, end_is_known: bool
    ) -> None:
        self.trace, self.wanted, self.baseline, self.end_is_known = trace, wanted, baseline, end_is_known
        self.out = Outgoing(wanted)
        self.path = shlex.quote(str(path)) if path is not None else PATHS
        self.start_ns = trace.span_ns[0]

    def report(self, problems: Problems, progress: Progress | None) -> Report:
        """Everything; what leaves is counted last."""
        findings = [*problems.findings, *(problems.muted if self.wanted.muted else ())]
        told = []
        for number, finding in enumerate(findings[:MOST_PROBLEMS]):
            if progress is not None:
                progress(0.7 + 0.3 * number / min(len(findings), MOST_PROBLEMS))
            told.append(self._problem(finding, with_pictures=number < MOST_PICTURES))
        events, handlers = statistics.by_event(self.trace), statistics.by_handler(self.trace)
        shown_events = [self._event(each) for each in _weightiest(events)]
        shown_handlers = [self._handler(each) for each in _weightiest(handlers)]
        return Report(
            title=self.out.text(self._title()),
            about=tuple(self._about()),
            summary=self._summary(problems),
            is_healthy=problems.is_healthy,
            problems=tuple(told),
            left_out=len(findings) - len(told),
            unseen=tuple(self.out.text(each) for each in self._unseen(problems)),
            events=tuple(shown_events),
            handlers=tuple(shown_handlers),
            rows_left_out=len(events) + len(handlers) - len(shown_events) - len(shown_handlers),
            commands=tuple((what, self.out.text(command)) for what, command in self._commands()),
            leaving=self.out.leaving,
        )

    def _title(self) -> str:
        header = self.trace.header
        if header is None:
            return "an empty capture"
        return str(header.extra.get("scenario") or header.process)

    def _about(self) -> Iterable[tuple[str, str]]:
        header, trace = self.trace.header, self.trace
        if header is None:
            return
        first, last = trace.span_ns
        yield "program", self.out.text(who_recorded(header))
        if not header.is_simulated:
            yield "recorded", _date(header.wall_ns + (first - header.mono_ns if header.clock != "virtual" else 0))
        yield "length", duration(last - first) + (" of simulated time" if header.clock == "virtual" else "")
        for key in ("engine", "seed", "python"):
            if (said := header.extra.get(key)) is not None:
                yield key, self.out.text(str(said))
        if processes := list(trace.processes.all.values()):
            yield "processes", self.out.text(", ".join(each.title for each in processes[:20]))
        yield "held", extent(len(trace.dispatches), len(trace.calls))

    def _summary(self, problems: Problems) -> str:
        looked = f"{several(problems.detectors, 'detector')} looked at {extent(problems.dispatches, problems.calls)}"
        if not problems.findings:
            return f"Healthy: {looked} and found nothing."
        worst = problems.findings[0]
        others = len(problems.findings) - 1
        more = f" and {several(others, 'other finding')}" if others else ""
        return f"{worst.severity.word.capitalize()}: {self.out.text(worst.title)}{more}. {looked}."

    def _problem(self, finding: Finding, *, with_pictures: bool) -> Problem:
        out, evidence = self.out, finding.evidence
        mute = self.baseline.by_fingerprint.get(finding.fingerprint)
        found = excerpt(self.trace, evidence) if with_pictures else None
        diagram = self._diagram(evidence) if with_pictures else None
        return Problem(
            severity=finding.severity,
            title=out.text(finding.title),
            meaning=out.text(finding.meaning),
            advice=out.text(finding.advice),
            seen=f"{seen(evidence, self.start_ns).capitalize()}.",
            detector=finding.detector,
            fingerprint=finding.fingerprint,
            place=out.place(finding.place),
            is_library=finding.is_library,
            places=tuple((out.text(what), out.place(place)) for what, place in evidence.places),
            numbers=tuple((out.text(what), out.text(value)) for what, value in evidence.numbers),
            muted=out.text(mute.reason) if mute else "",
            excerpt=self._clean_excerpt(found) if found else None,
            diagram=self._clean_diagram(diagram) if diagram else None,
            payloads=tuple(self._payloads(evidence)),
            errors=tuple(self._errors(evidence)),
            command=self._command(evidence),
        )

    def _diagram(self, evidence: Evidence) -> Diagram | None:
        """What led to the first dispatch or call in question, its calls, and what these emitted."""
        rows = self._dispatches(evidence)
        if not rows:
            return None
        above = [row for kind, row in causality.ancestors(self.trace, "dispatch", rows[0]) if kind == "dispatch"]
        calls = causality.calls_of(self.trace, rows[0]).tolist()[:MOST_BESIDE]
        below = [row for call in calls for row in causality.emitted_in(self.trace, call).tolist()]
        return sequence(self.trace, sorted({rows[0], *above[:MOST_ABOVE], *below[:MOST_BESIDE]}))

    def _clean_excerpt(self, found: Excerpt) -> Excerpt:
        return replace(
            found,
            lanes=tuple(replace(each, title=self.out.name(each.title)) for each in found.lanes),
            emits=tuple(replace(each, event=self.out.name(each.event)) for each in found.emits),
        )

    def _clean_diagram(self, found: Diagram) -> Diagram:
        steps = tuple(
            replace(each, event=self.out.name(each.event) if each.event else "", text=self.out.text(each.text))
            for each in found.steps
        )
        return Diagram(tuple(map(self.out.name, found.actors)), steps)

    def _payloads(self, evidence: Evidence) -> Iterable[Carried]:
        for row in self._dispatches(evidence)[:MOST_PAYLOADS]:
            if text := self.out.payload(self.trace.payload(row)):
                event = self.out.name(self.trace.names.text(int(self.trace.dispatches.event[row])))
                yield Carried(id_text(int(self.trace.dispatches.id[row])), event, text)

    def _dispatches(self, evidence: Evidence) -> list[int]:
        """Rows of the dispatches that show it, and of those that its calls served."""
        own = map(self.trace.dispatches.row_of, evidence.dispatches)
        served = (causality.cause_of_call(self.trace, call) for call in self._calls(evidence))
        return list(dict.fromkeys(row for row in (*own, *served) if row >= 0))

    def _calls(self, evidence: Evidence) -> list[int]:
        return [row for row in map(self.trace.calls.row_of, evidence.calls) if row >= 0]

    def _errors(self, evidence: Evidence) -> Iterable[Told]:
        failed = [(row, error) for row in self._calls(evidence) if (error := self.trace.error(row)) is not None]
        for row, error in failed[:MOST_ERRORS]:
            handler = self.out.name(self.trace.names.text(int(self.trace.calls.handler[row])))
            yield Told(id_text(int(self.trace.calls.id[row])), handler, self.out.error(error))

    def _unseen(self, problems: Problems) -> Iterable[str]:
        """What this trace cannot tell."""
        yield from completeness.warnings(self.trace, end_is_known=self.end_is_known)
        for finding in problems.findings:
            if finding.detector == CAPTURE_DETECTOR:
                yield f"{finding.title[:1].upper()}{finding.title[1:]}. {finding.meaning}"
        for detector, why in problems.undecided:
            yield f"Not enough data for {detector}: {why}."
        for detector in problems.cut:
            yield f"{detector} found more than is named here."
        if problems.muted and not self.wanted.muted:
            yield f"{several(len(problems.muted), 'finding')} muted by the baseline are not in this page."

    def _commands(self) -> Iterable[tuple[str, str]]:
        yield "The same in a terminal", f"buslens check {self.path}"
        yield "In the window, on the timeline", f"buslens open {self.path}"
        header = self.trace.header
        if header is not None and header.extra.get("scenario") and header.extra.get("seed") is not None:
            scenario, engine = (shlex.quote(str(header.extra.get(key, ""))) for key in ("scenario", "engine"))
            seed = shlex.quote(str(header.extra["seed"]))
            yield "Run the scenario again", f"buslens run {scenario} --engine {engine} --seed {seed}"

    def _command(self, evidence: Evidence) -> str:
        shown = (*evidence.calls, *evidence.dispatches)
        return f"buslens why {self.out.text(self.path)} {id_text(shown[0])}" if shown else ""

    def _event(self, row: Statistic) -> Row:
        times = row.queue_delay.p50, row.queue_delay.p95, row.latency.p50, row.latency.p99
        counts = row.count, row.failed, row.lost
        return Row(self.out.name(row.name), (*map(_count, counts), *map(duration, times)), bool(row.failed or row.lost))

    def _handler(self, row: Statistic) -> Row:
        times = row.queue_delay.p95, row.duration.p50, row.duration.p95, row.duration.p99
        counts = row.count, row.failed, row.never_ran
        failed = bool(row.failed or row.never_ran)
        return Row(self.out.name(row.name), (*map(_count, counts), *map(duration, times)), failed)


def _weightiest(rows: Sequence[Statistic]) -> list[Statistic]:
    """Those that fail first, then those with most to count."""
    return sorted(rows, key=lambda each: (-(each.failed + each.lost + each.never_ran), -each.count))[:MOST_ROWS]


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _date(wall_ns: int) -> str:
    try:
        return datetime.fromtimestamp(wall_ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, OSError, ValueError):
        return "nobody knows when: its clock is out of range"


def _first(progress: Progress | None, share: float) -> Progress | None:
    """Progress of a first part of the work."""
    return None if progress is None else lambda done: progress(share * done)
