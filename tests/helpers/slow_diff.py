"""What differs between two traces, found once more without anything of bus/analysis/diff: one node after the other.

Plain recursion over plain trees, and the textbook's table for the longest common subsequence. It counts; that is all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bus.trace import Trace
from buslens.records import Outcome

BAD = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.NEVER_RAN)


@dataclass
class Node:
    """An emit or a call."""

    label: tuple[Any, ...]
    carried: str = ""
    outcome: int = 0
    error: str = ""
    fate: int = -1
    children: list[Node] = field(default_factory=list)

    @property
    def content(self) -> Any:
        return self.label, self.carried, tuple(child.label for child in self.children)

    @property
    def size(self) -> int:
        return 1 + sum(child.size for child in self.children)


def slow_diff(first: Trace, second: Trace) -> Counter[str]:
    """How often each kind of difference occurs, by the words of `What`; `below`: what grew from missing and added."""
    counts: Counter[str] = Counter()
    _compare(tree(first), tree(second), counts)
    return counts


def tree(trace: Trace) -> Node:
    """The flows of a trace below one root."""
    dispatches, calls = trace.dispatches, trace.calls
    fate = trace.fates.of(trace).fate
    above = Node(("root",))
    emits = {
        int(dispatches.id[row]): Node(
            ("event", trace.names.text(int(dispatches.event[row]))), trace.payload(row).text, fate=int(fate[row])
        )
        for row in range(len(dispatches))
    }
    runs: dict[int, Node] = {}
    for row in range(len(calls)):
        error = trace.error(row)
        label = "handler", trace.names.text(int(calls.handler[row])), int(calls.attempt[row])
        node = Node(label, outcome=int(calls.outcome[row]), error=f"{error.type}: {error.message}" if error else "")
        runs[int(calls.id[row])] = node
        emits.get(int(calls.dispatch[row]), above).children.append(node)
    for row in range(len(dispatches)):
        runs.get(int(dispatches.parent_call[row]), above).children.append(emits[int(dispatches.id[row])])
    return above


def _compare(a: Node, b: Node, counts: Counter[str]) -> None:
    pairs, moved = _matched(a.children, b.children)
    used = {i for i, _ in pairs}, {j for _, j in pairs}
    alone = [[c for at, c in enumerate(side.children) if at not in used[n]] for n, side in enumerate((a, b))]
    for word, nodes in zip(("MISSING", "ADDED"), alone, strict=True):
        counts[word] += len(nodes)
        counts["below"] += sum(node.size - 1 for node in nodes)
    counts["REORDERED"] += moved
    told = bool(alone[0] or alone[1])
    for i, j in pairs:
        told |= _ends(a.children[i], b.children[j], counts)
        counts["matched"] += 1
        _compare(a.children[i], b.children[j], counts)
    if a.fate != b.fate and not told:
        counts["FATE"] += 1
    if a.carried != b.carried:
        counts["PAYLOAD"] += 1


def _ends(a: Node, b: Node, counts: Counter[str]) -> bool:
    if a.label[0] != "handler" or (a.outcome, a.error) == (b.outcome, b.error):
        return False
    bad = a.outcome in BAD, b.outcome in BAD
    words = {(0, 1): "FAILS", (1, 0): "FAILS_NO_MORE", (1, 1): "FAILS_OTHERWISE", (0, 0): "ENDS_OTHERWISE"}
    counts[words[bad]] += 1
    return True


def _matched(a: list[Node], b: list[Node]) -> tuple[list[tuple[int, int]], int]:
    """Pairs of places, and how many of them are out of order."""
    firm = _common([node.content for node in a], [node.content for node in b])
    pairs, last = list(firm), (-1, -1)
    for each in [*firm, (len(a), len(b))]:
        (i, j), (n, m) = last, each
        inner = _common([node.label for node in a[i + 1 : n]], [node.label for node in b[j + 1 : m]])
        pairs += [(i + 1 + x, j + 1 + y) for x, y in inner]
        last = each
    in_order = len(pairs)
    for key in ("content", "label"):
        for i, node in enumerate(a):
            free = [j for j in range(len(b)) if all(j != y for _, y in pairs)]
            if all(i != x for x, _ in pairs):
                same = [j for j in free if getattr(b[j], key) == getattr(node, key)]
                pairs += [(i, same[0])] if same else []
    return pairs, len(pairs) - in_order


def _common(a: list[Any], b: list[Any]) -> list[tuple[int, int]]:
    """The longest common subsequence: equal ends first, then of the rest the one that passes over `b` first."""
    ahead = 0
    while ahead < min(len(a), len(b)) and a[ahead] == b[ahead]:
        ahead += 1
    behind = 0
    while behind < min(len(a), len(b)) - ahead and a[-1 - behind] == b[-1 - behind]:
        behind += 1
    pairs = [(i, i) for i in range(ahead)]
    x, y = a[ahead : len(a) - behind], b[ahead : len(b) - behind]
    best = [[0] * (len(y) + 1) for _ in range(len(x) + 1)]
    for i in reversed(range(len(x))):
        for j in reversed(range(len(y))):
            best[i][j] = best[i + 1][j + 1] + 1 if x[i] == y[j] else max(best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(x) and j < len(y):
        if x[i] == y[j]:
            pairs.append((ahead + i, ahead + j))
            i, j = i + 1, j + 1
        elif best[i][j + 1] >= best[i + 1][j]:
            j += 1
        else:
            i += 1
    return pairs + [(len(a) - behind + k, len(b) - behind + k) for k in range(behind)]
