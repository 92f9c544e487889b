"""Scenarios with planted bugs, and runs of them, for the tests of exploring."""

from __future__ import annotations

from bus.exploration.explorer import Explorer, Plan
from bus.exploration.program import Program
from bus.exploration.tally import Tally
from bus.scenario import SAMPLES, Document, load, loads

LOST_UPDATE = "deposit.stored, by number: at most once"
"""What runs of the sample lost-update break."""

UNLUCKY = """
buslens: 1
events: {ask: {}, answer: {}}
handlers:
  reply:
    on: ask
    do:
      - fail: {probability: 0.02}
      - emit: answer
script: [{emit: ask}]
expect: [{each: ask, leads_to: answer}]
"""
"""No order matters: it takes a draw that comes once in fifty runs, and not with the scenario's own seed."""

BROKEN = """
buslens: 1
events: {ask: {}}
script: [{emit: ask, times: 3}, {wait: 1ms}, {emit: ask}]
expect: [{event: ask, emitted: "<= 1"}]
"""
"""Broken in each run."""

HOSTILE = """
buslens: 1
events: {first: {}, second: {}, seen: {}}
handlers:
  one: {on: first, do: [{count: one}, {emit: seen, with: {by: one, after: "$'two' in counters"}}]}
  two: {on: second, do: [{count: two}, {emit: seen, with: {by: two, after: false}}]}
script: [{emit: first}, {emit: second}]
expect: [{always: seen, holds: "!event.payload.after"}]
"""
"""The calls of one round would have to change places, which asyncio does not do."""

TWICE_TURNED = """
buslens: 1
events: {a: {}, b: {}, c: {}, bad: {}}
handlers:
  ha: {on: a, do: [{wait: 10ms}, {count: a}]}
  hb: {on: b, do: [{wait: 10ms}, {emit: bad, if: "!('a' in counters) && 'c' in counters"}]}
  hc: {on: c, do: [{wait: 10ms}, {count: c}]}
script: [{emit: a}, {emit: b}, {emit: c}, {repeat: 5, do: [{wait: 2ms}]}]
expect: [{never: bad}]
"""
"""The last of three has to come first, and the second before the first."""

STUCK = """
buslens: 1
events: {ask: {}, answer: {}}
handlers:
  reply: {on: ask, do: [{wait: forever}, {emit: answer}]}
script: [{emit: ask}]
expect: [{each: ask, leads_to: answer}]
"""
"""A handler waits for ever."""


def sample(name: str) -> Document:
    """A scenario that Buslens brings."""
    return load(next(each.path for each in SAMPLES if each.id == name))


def explored(document: Document | str, runs: int, *, hostile: bool = False, plan: Plan | None = None) -> Tally:
    """What so many runs of it show."""
    read = loads(document) if isinstance(document, str) else document
    explorer = Explorer(Program(read, hostile=hostile), plan or Plan())
    for _ in range(runs):
        explorer.run_next()
    return explorer.tally
