"""What one `send` of a signal costs, of blinker and of Django: bare, watched into a stream, and under VizTracer.

As *emit overhead*, in nanoseconds: receivers do nothing, rounds of all columns alternate in one process, numbers are
medians over rounds, ratios are medians of the ratio within a round. Each send has a sender and one named argument;
*framework's own* is a signal that Flask or Django sends itself and nobody listens to: some are sent in each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import flask.signals
from blinker import NamedSignal
from django.core import signals as django_signals
from django.dispatch import Signal

from benchmarks.emit_overhead import row, watching
from benchmarks.programs.web import make_receiver

SENDS = 2_000
COLUMNS = ("bare", "into a stream", "VizTracer")


class Shop:
    """Who sends."""


def measure() -> list[dict[str, object]]:
    """One row for each library and number of receivers."""
    of_flask = iter([getattr(flask.signals, name) for name in vars(flask.signals) if name.startswith("request_")])
    of_django = iter([django_signals.got_request_exception, django_signals.setting_changed, Signal()])
    cases: list[tuple[str, Callable[[], Any], int]] = [
        ("blinker, framework's own", of_flask.__next__, 0),
        *((f"blinker, receivers: {count}", partial(NamedSignal, "placed"), count) for count in (0, 1, 2)),
        ("Django, framework's own", of_django.__next__, 0),
        *((f"Django, receivers: {count}", Signal, count) for count in (0, 1, 2)),
    ]
    return [row(case, partial(time_sends, make, count), "send", COLUMNS) for case, make, count in cases]


def time_sends(make: Callable[[], Any], receivers: int, column: str) -> Iterator[float]:
    """Nanoseconds a send, again and again."""
    signal = make()
    held = [make_receiver() for _ in range(receivers)]
    for receiver in held:
        signal.connect(receiver)
    with watching(column, signal) as timed:
        while True:
            yield timed(partial(send_all, signal)) / SENDS


def send_all(signal: Any) -> None:
    send = signal.send
    for number in range(SENDS):
        send(Shop, id=number)


if __name__ == "__main__":
    for each in measure():
        print(each)
