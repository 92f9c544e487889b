"""What was found in a trace in one line, the same in the window, in a terminal and on a page."""

from __future__ import annotations

from bus.analysis.problems.finding import Evidence, Severity
from bus.analysis.problems.looking import Problems
from bus.wording import extent, several


def summary(problems: Problems) -> str:
    """How many of what severity, or that it is healthy; and how much was looked at."""
    counts = [(problems.count(each), each.word) for each in reversed(Severity)]
    told = ", ".join(several(count, word) for count, word in counts if count)
    looked = f"{several(problems.detectors, 'detector')} looked at {extent(problems.dispatches, problems.calls)}"
    if problems.failed:
        looked += f" ({problems.failed:,} failed)"
    if not problems.is_healthy:
        return f"{told}: {looked}"
    return f"healthy: {looked}; {told}" if told else f"healthy: {looked}"


def seen(evidence: Evidence, begin_ns: int) -> str:
    """How often something was seen, and when: seen 2 times from 0.300000 s to 0.800000 s."""
    first, last = (f"{(each - begin_ns) / 1e9:.6f} s" for each in (evidence.first_ns, evidence.last_ns))
    when = f"at {first}" if first == last else f"from {first} to {last}"
    return f"seen {several(evidence.count, 'time')} {when}"
