"""What differs between two traces: differences of one kind at one causal path are one, with how often it occurs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.diff.alignment import Alignment, align
from bus.analysis.diff.durations import DurationChange, durations
from bus.analysis.diff.forest import Forest
from bus.analysis.diff.hashing import together
from bus.analysis.diff.labels import Labels
from bus.analysis.diff.occurrences import Occurrences, What, occurrences
from bus.analysis.diff.payload_pairs import MOST_PAIRS, FieldDifference, PayloadPairs
from bus.trace.trace import Trace

Array = npt.NDArray[Any]

MOST = 2_000
"""Differences that are kept, those that occur first; the others are counted."""

MOST_OF_A_PATH = 64
"""Names of a causal path that are kept: those nearest to what differs, behind the first one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What of two traces counts."""

    payloads: bool = True
    order: bool = True
    """Whether it matters in which order one cause emits and calls."""

    ignored: Sequence[str] = ()
    """Fields of payloads that do not count, as `items.0.id` or `order.placed:id`, with `*` and `?`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, wherever it occurs below the same causal path."""

    what: What
    path: tuple[str, ...]
    """Events and handlers in turn, from the first emit of the flow to what differs."""

    is_call: bool
    """Whether the last of the path is a handler; else it is an event."""

    count: int
    """How often it occurs."""

    rows: tuple[int, int]
    """Of the occurrence that shows first, in both tables of dispatches, or of calls; -1 where there is none."""

    time_ns: int
    """When that shows: on the clock of the first trace, also of what was added."""

    at: int
    """Its place among all occurrences, by what shows first."""

    causes: tuple[int, int]
    """Of that occurrence: the rows of what emitted it in both tables of calls, or, of a call, of its dispatches."""

    below: int = 0
    """Emits and calls that grew from all that is missing or added, themselves not counted."""

    field: FieldDifference | None = None
    """Of a payload: which field."""

    @property
    def is_flow(self) -> bool:
        """Whether it is a whole flow that is missing, added or out of order."""
        return len(self.path) == 1 and not self.is_call


@dataclass(frozen=True, slots=True)
class TraceDiff:
    """Two traces beside each other."""

    traces: tuple[Trace, Trace]
    differences: list[Difference]
    """What differs, the one that shows first in front; at most MOST."""

    counts: dict[What, int]
    """How often each kind of difference occurs, all counted."""

    kinds: int
    """How many differences there are, those beyond MOST counted."""

    matched: int
    """Emits and calls that both traces have."""

    before: int
    """How many of these begin before the first difference shows; all of them where there is none."""

    begins_ns: int
    """The first emit of the first trace: what times are told from."""

    compared: Compared
    """What of them counts."""

    partners: tuple[Array, Array]
    """Of each node of both forests its partner in the other one, -1 where it has none (alignment.py)."""

    dispatches: tuple[int, int]
    """How many nodes of each forest are dispatches; those behind them are calls."""

    durations: list[DurationChange] = field(default_factory=list)

    unread: int = 0
    """Pairs of payloads with other bytes that were not read field by field."""

    unreached: int = 0
    """Emits and calls that are said to have caused themselves; they are not compared."""

    def partner(self, side: int, row: int, *, is_call: bool = False) -> int:
        """The row, in the other trace, of what belongs to this one of trace `side` (0 or 1); -1 where there is none."""
        mine, other = self.dispatches[side], self.dispatches[1 - side]
        node = int(self.partners[side][mine + row if is_call else row])
        return node - other if node >= 0 and is_call else node

    @property
    def same(self) -> bool:
        """Whether nothing that counts differs; durations never count."""
        return not self.counts


def diff(
    first: Trace, second: Trace, compared: Compared | None = None, going_on: Callable[[], None] = lambda: None
) -> TraceDiff:
    """Compare two traces, which must stand still meanwhile. A million calls against a million take some seconds.

    going_on: called between two stages; what it raises ends it early.
    """
    compared = compared or Compared()
    labels = Labels(first, second)
    a = Forest(first, labels)
    going_on()
    b = Forest(second, labels)
    going_on()
    pairs = align(a, b)
    going_on()
    found = occurrences(a, b, pairs)
    if not compared.order:
        found = found.take(found.what != What.REORDERED)
    found, fields, unread = _read_payloads(a, b, found, compared)
    going_on()
    differences, kinds = _grouped(a, b, pairs, found, fields)
    whats, times = np.unique(found.what, return_counts=True)
    begins = a.time_ns[pairs.first]
    return TraceDiff(
        (first, second),
        differences,
        {What(what): count for what, count in zip(whats.tolist(), times.tolist(), strict=True)},
        kinds,
        len(pairs.first),
        int(np.count_nonzero(begins < found.time_ns[0])) if len(found.what) else len(begins),
        int(a.time_ns.min()) if a.root else 0,
        compared,
        (pairs.to_second, pairs.to_first),
        (a.dispatches, b.dispatches),
        durations(first, second),
        unread,
        sum(
            forest.root - len(pairs.first) - int(forest.sizes(tops).sum())
            for forest, tops in ((a, pairs.missing), (b, pairs.added))
        ),
    )


def _read_payloads(
    a: Forest, b: Forest, found: Occurrences, compared: Compared
) -> tuple[Occurrences, list[FieldDifference], int]:
    """Leave those whose payloads differ in something that counts; which fields, and how many pairs were not read."""
    of_payloads = found.what == What.PAYLOAD
    if not compared.payloads:
        return found.take(~of_payloads), [], 0
    rows = np.flatnonzero(of_payloads)
    most = len(rows) if compared.ignored else MOST_PAIRS
    reading, counts = PayloadPairs(compared.ignored), np.ones(len(found.what), bool)
    for at in rows[:most].tolist():
        nodes = int(found.first[at]), int(found.second[at])
        event = a.trace.names.text(int(a.trace.dispatches.event[nodes[0]]))
        counts[at] = reading.differs(event, a.trace.payload(nodes[0]), b.trace.payload(nodes[1]), at)
    # Where each pair lies once those that do not count are gone.
    place = np.cumsum(counts) - 1
    fields = [replace(each, pair=int(place[each.pair])) for each in reading.fields]
    return found.take(counts), fields, max(0, len(rows) - most)


def _grouped(
    a: Forest, b: Forest, pairs: Alignment, found: Occurrences, fields: list[FieldDifference]
) -> tuple[list[Difference], int]:
    rest = np.flatnonzero(found.what != What.PAYLOAD)
    if not len(found.what):
        return [], 0
    node = np.where(found.first >= 0, found.first, found.second)[rest]
    paths = np.where(found.first[rest] >= 0, *(each.path[np.minimum(node, each.root)] for each in (a, b)))
    keys = together(paths, found.what[rest])
    _, first, kind, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    below = np.bincount(kind, _below(a, b, found)[rest], len(first)) if len(first) else np.zeros(0)
    made = [
        replace(_difference(a, b, pairs, found, int(rest[first[at]])), count=int(counts[at]), below=int(below[at]))
        for at in np.argsort(first)[:MOST].tolist()
    ]
    made += [
        replace(_difference(a, b, pairs, found, each.pair), count=each.pairs, field=each) for each in fields[:MOST]
    ]
    return sorted(made, key=lambda one: one.at)[:MOST], len(first) + len(fields)


def _below(a: Forest, b: Forest, found: Occurrences) -> Array:
    """How much grew from what each difference says is missing or added."""
    below = np.zeros(len(found.what), np.int64)
    for forest, what, nodes in ((a, What.MISSING, found.first), (b, What.ADDED, found.second)):
        which = np.flatnonzero(found.what == what)
        below[which] = forest.sizes(nodes[which]) - 1
    return below


def _difference(a: Forest, b: Forest, pairs: Alignment, found: Occurrences, at: int) -> Difference:
    nodes = int(found.first[at]), int(found.second[at])
    forest, node = (a, nodes[0]) if nodes[0] >= 0 else (b, nodes[1])
    is_call, above = node >= forest.dispatches, int(forest.parent[node])
    if forest is a:
        causes = above, int(pairs.to_second[above])
    else:
        causes = int(pairs.to_first[above]), above
    return Difference(
        What(int(found.what[at])),
        _path(forest, node),
        is_call,
        1,
        (_row(a, nodes[0], is_call=is_call), _row(b, nodes[1], is_call=is_call)),
        int(found.time_ns[at]),
        at,
        (_row(a, causes[0], is_call=not is_call), _row(b, causes[1], is_call=not is_call)),
    )


def _row(forest: Forest, node: int, *, is_call: bool) -> int:
    """The row of a node in its table; -1 where there is none."""
    if node in (-1, forest.root):
        return -1
    return node - forest.dispatches if is_call else node


def _path(forest: Forest, node: int) -> tuple[str, ...]:
    names, first = [_text(forest, node)], node
    while (node := int(forest.parent[node])) != forest.root:
        first = node
        if len(names) < MOST_OF_A_PATH:
            names.append(_text(forest, node))
        elif len(names) == MOST_OF_A_PATH:
            break
    else:
        return tuple(reversed(names))
    root = _root_of(forest, first)
    return (_text(forest, root), "…", *reversed(names[:-1]))


def _root_of(forest: Forest, node: int) -> int:
    for _ in range(forest.root):
        if (above := int(forest.parent[node])) == forest.root:
            break
        node = above
    return node


def _text(forest: Forest, node: int) -> str:
    trace, row = forest.trace, node - forest.dispatches
    if row < 0:
        return trace.names.text(int(trace.dispatches.event[node]))
    attempt = int(trace.calls.attempt[row])
    name = trace.names.text(int(trace.calls.handler[row]))
    return f"{name} (attempt {attempt})" if attempt > 1 else name
