"""Looks at a trace with every detector: what they found, what they could not tell, and how much they have looked at.

Takes seconds for ten million calls, and runs on any thread while the trace stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import MOST_SHOWN, Finding, Severity
from bus.analysis.problems.observed import Observed
from bus.trace.trace import Trace

MOST_FOUND = 200
"""Findings of one detector. Who has more has one cause for many of them, or a hostile capture."""

MOST_STEPS = 20_000
"""What one detector may yield, muted and merged ones included."""


@dataclass(frozen=True, slots=True)
class Problems:
    """What detectors make of one trace."""

    findings: tuple[Finding, ...]
    """The most severe first, those of libraries behind the program's own; of one severity what was seen most often."""

    muted: tuple[Finding, ...]
    """Found all the same, and not wanted."""

    undecided: tuple[tuple[str, str], ...]
    """Detectors that could not tell, by id, and why."""

    cut: tuple[str, ...]
    """Ids of detectors that found more than are named."""

    detectors: int
    dispatches: int
    calls: int
    """How much was looked at."""

    failed: int
    """Calls of it that raised or timed out: no problem of the bus where whoever emits gets the exception."""

    @property
    def worst(self) -> Severity | None:
        """The highest severity of what is not muted, None where nothing was found."""
        return max((each.severity for each in self.findings), default=None)

    @property
    def is_healthy(self) -> bool:
        """Whether there is nothing but hints, and nothing that is not named."""
        return not self.cut and (self.worst or Severity.HINT) < Severity.WARNING

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(each.severity == severity for each in self.findings)

    def muting(self, fingerprints: Collection[str]) -> Problems:
        """The same, where these and no others are muted."""
        known = (*self.findings, *self.muted)
        wanted = sorted((each for each in known if each.fingerprint not in fingerprints), key=_order)
        muted = sorted((each for each in known if each.fingerprint in fingerprints), key=_order)
        return replace(self, findings=tuple(wanted), muted=tuple(muted))


def look(
    trace: Trace,
    detectors: Sequence[Detector],
    muted: Collection[str] = (),
    progress: Callable[[float], None] | None = None,
    *,
    end_is_known: bool = False,
) -> Problems:
    """Ask every detector.

    muted: fingerprints. progress: told how much is done, at each detector and each finding; it may raise to end it
    early. end_is_known: the trace may lack the mark of its end, because whoever asks has made it, or it goes on.
    """
    observed = Observed(trace, end_is_known=end_is_known)
    tell = progress or _nothing
    found: dict[str, Finding] = {}
    passed: dict[str, Finding] = {}
    undecided: list[tuple[str, str]] = []
    cut: list[str] = []
    for number, detector in enumerate(detectors):
        tell(number / len(detectors))
        mine = 0
        for steps, each in enumerate(detector.find(observed)):
            tell(number / len(detectors))
            if isinstance(each, NotEnough):
                undecided.append((detector.id, each.why))
                continue
            if steps >= MOST_STEPS:
                cut.append(detector.id)
                break
            fingerprint = each.fingerprint
            known = passed if fingerprint in muted else found
            if fingerprint in known:
                known[fingerprint] = _together(known[fingerprint], each)
            elif known is found and mine == MOST_FOUND:
                cut.append(detector.id)
                break
            else:
                known[fingerprint] = each
                mine += known is found
    return Problems(
        tuple(sorted(found.values(), key=_order)), tuple(passed.values()), tuple(undecided), tuple(cut),
        len(detectors), len(trace.dispatches), len(trace.calls), len(observed.failed_calls),
    )  # fmt: skip


def _nothing(_share: float) -> None:
    """Nobody wants to know how far it is."""


def _together(first: Finding, again: Finding) -> Finding:
    """One finding of two that have the same cause: such as the same event of two objects that were made at one line."""
    one, other = first.evidence, again.evidence
    evidence = replace(
        one,
        count=one.count + other.count,
        first_ns=min(one.first_ns, other.first_ns),
        last_ns=max(one.last_ns, other.last_ns),
        dispatches=(*one.dispatches, *other.dispatches)[:MOST_SHOWN],
        calls=(*one.calls, *other.calls)[:MOST_SHOWN],
        over_time=tuple(map(sum, zip(one.over_time, other.over_time, strict=False))),
    )
    worse = first if first.severity >= again.severity else again
    return replace(worse, evidence=evidence)


def _order(finding: Finding) -> tuple[bool, int, int]:
    return finding.is_library, -finding.severity, -finding.evidence.count
