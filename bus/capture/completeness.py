"""What a person must know of a capture before believing it: that it is damaged, was never finished, or holds nothing.

One place for the sentences, so that the window, queries and exports say the same.
"""

from __future__ import annotations

from bus.capture.writer import goes_on, who_recorded
from bus.trace.trace import Trace


def warnings(trace: Trace, *, end_is_known: bool = False) -> list[str]:
    """One sentence each; none of a capture that is whole. For a trace of which nothing more is being read.

    end_is_known: it may lack the mark of its end, because whoever asks has made it, or it goes on.
    """
    unfinished = "" if end_is_known else _unfinished(trace)
    found = [trace.damage or trace.raw.problem or unfinished, _empty(trace)]
    return [sentence for sentence in found if sentence]


def _unfinished(trace: Trace) -> str:
    header = trace.header
    if header is None or trace.ended:
        return ""
    who = who_recorded(header)
    if goes_on(header, trace.raw.path):
        return f"{who} is still writing this capture: this is what was in it when it was opened."
    return (
        f"This capture has no end mark: {who} was killed, or writes it still. What it did last may be missing, and "
        "calls that run at its end may have ended since."
    )


def _empty(trace: Trace) -> str:
    if trace.damage or len(trace.dispatches) or len(trace.calls) or trace.forgotten or trace.header is None:
        return ""
    known = len(trace.subscriptions)
    also = f" It has {known:,} subscription{'s' if known != 1 else ''}." if known else ""
    # Without the end mark nobody knows what was emitted last.
    why = "nothing was emitted while it was written" if trace.ended else "none had been written when it was read"
    return f"This capture holds no events: {why}.{also}"
