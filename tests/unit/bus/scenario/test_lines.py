"""A line of a scenario leads to the step, handler, event or service that stands there."""

from __future__ import annotations

import pytest

from bus.scenario.lines import path_at

TEXT = """buslens: 1
name: Lines
events:
  paid: {}
  sent:
    description: it left
handlers:
  pay:
    on: paid
    do:
      - wait: 5 ms
      - fail:
          error: Declined
          message: no
  send: {on: sent, do: [{log: a}]}
script:
  - emit: paid
  - wait: 1 s
services:
  bank:
    workers: 2
"""


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (1, ()),
        (3, ()),
        (4, ("events", "paid")),
        (6, ("events", "sent")),
        (8, ("handlers", "pay")),
        (9, ("handlers", "pay")),
        (11, ("handlers", "pay", "do", 0)),
        (12, ("handlers", "pay", "do", 1)),
        (14, ("handlers", "pay", "do", 1)),
        (15, ("handlers", "send", "do", 0)),
        (17, ("script", 0)),
        (18, ("script", 1)),
        (21, ("services", "bank")),
        (400, ()),
    ],
)
def test_a_line_leads_to_what_stands_there(line: int, path: tuple[str | int, ...]) -> None:
    assert path_at(TEXT, line) == path
