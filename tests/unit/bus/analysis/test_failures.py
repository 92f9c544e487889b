"""Why calls failed: what they raised and where, the most frequent first."""

from __future__ import annotations

from typing import Any

from bus.analysis.failures import Failures, failures_of

TEXT = """
events: {a: {}}
handlers:
  g: {on: a, do: [{fail: {error: CardDeclined, message: 'card ${count}'}}]}
  h: {on: a, timeout: 1ms, do: [{wait: forever}]}
  i: {on: a, do: [{fail: {error: CardDeclined, every: 3}}]}
script: [{emit: a, times: 3}]
"""


def test_failures_are_counted_by_what_was_raised_and_where(run: Any) -> None:
    assert failures_of(run(TEXT, engine="pyee-threads")) == [
        Failures("CardDeclined", "g", "card 1", 3),
        Failures("HandlerTimedOut", "h", "no end after 1ms", 3),
        Failures("CardDeclined", "i", "", 1),
    ]


def test_of_very_many_failures_the_later_ones_are_only_counted(run: Any) -> None:
    found = failures_of(run(TEXT.replace("times: 3", "times: 30"), engine="pyee-threads"), most_read=10)
    assert sum(each.count for each in found) == 30 + 30 + 10
    assert {each.type for each in found} == {"CardDeclined", "HandlerTimedOut", ""}


def test_a_run_without_failures_has_none(run: Any) -> None:
    assert failures_of(run("events: {a: {}}\nscript: [{emit: a}]")) == []
