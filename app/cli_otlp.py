"""`--to otlp=URL`: spans sent to a collector, while a run goes on or out of a capture."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli_output import complain, warn
from app.cli_trouble import TroubleOnStderr
from app.interruption import STOPPED, interruptible
from bus.errors import UserError
from bus.settings import Settings
from bus.trace import Trace

if TYPE_CHECKING:
    from bus.export.otlp.sender import OtlpSender

LOST = 1
GIVEN_UP_S = 30.0
"""A capture lies in its file, and can be sent again: a collector that takes nothing for so long is given up."""


class SpansOut:
    """The spans of one run, on their way to a collector; the run never waits for it."""

    def __init__(self, to: str, *, payloads: bool) -> None:
        """to: otlp=URL, or otlp for where the environment says. Raises UserError where that is nowhere."""
        from bus.export.otlp.live import LiveSpans

        self._sender = _sender(to)
        self._live = LiveSpans(self._sender, payloads=payloads)
        self._trouble = _trouble()
        self._sender.start()

    def look(self, trace: Trace) -> None:
        """Send what has ended since the last look."""
        self._live.look(trace)
        self._trouble.tell(self._sender.trouble)

    def end(self, trace: Trace) -> None:
        """Send the rest, and say what became of all of it; Ctrl+C gives the rest up."""
        self._live.finish(trace)
        with interruptible() as interruption:
            complain(str(self._sender.finish(goes_on=lambda: not interruption.is_asked)))


def send(path: Path, to: str, *, payloads: bool, follow: bool) -> int:
    """Send the spans of a capture, or of all processes of a launch; the exit code. Raises UserError.

    follow: also what is still written.
    """
    from bus.export.otlp.following import send_capture
    from bus.export.otlp.launch import send_launch
    from bus.export.otlp.live import LiveSpans

    sender, trouble = _sender(to), _trouble()
    spans = partial(LiveSpans, sender, payloads=payloads)
    with interruptible() as interruption:

        def goes_on() -> bool:
            trouble.tell(sender.trouble)
            return not interruption.is_asked and (follow or not sender.trouble or sender.silent_s < GIVEN_UP_S)

        sender.start()
        if path.is_dir():
            most_stream = Settings().most_stream if follow else None
            sent, unread = send_launch(path, spans, goes_on, follow=follow, most_stream=most_stream)
            for process in sent:
                warn(process.path, process.trace)
            for error in unread:
                complain(str(error))
        else:
            warn(path, send_capture(path, spans(), goes_on, follow=follow))
        report = sender.finish(goes_on=lambda: not interruption.is_asked)
    if report.lost:
        complain(str(report))
    else:
        print(report)
    return STOPPED if interruption.is_asked else LOST if report.lost else 0


def _sender(to: str) -> OtlpSender:
    from bus.export.otlp.endpoint import OtlpEndpoint
    from bus.export.otlp.sender import OtlpSender

    name, _, url = to.partition("=")
    if name != "otlp":
        raise UserError(f"spans cannot be sent to {to}", hint="--to otlp=http://localhost:4318")
    return OtlpSender(OtlpEndpoint.of(url, os.environ))


def _trouble() -> TroubleOnStderr:
    return TroubleOnStderr(over="spans are taken again")
