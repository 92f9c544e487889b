"""Counting pairs by a table and by sorting gives the same."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bus.analysis.topology import tally
from bus.analysis.topology.tally import Tally


@pytest.mark.parametrize("dense", [0, tally.DENSE])
def test_pairs_are_counted_with_their_newest(monkeypatch: pytest.MonkeyPatch, dense: int) -> None:
    monkeypatch.setattr(tally, "DENSE", dense)
    rng = np.random.default_rng(4)
    first, second, ids = rng.integers(0, 7, 500), rng.integers(0, 7, 500), np.arange(1, 501, dtype=np.uint64)
    chosen = np.flatnonzero(rng.random(500) < 0.3)
    found = Tally(first, second, 7)
    pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    rows = list(zip(first.tolist(), second.tolist(), strict=True))
    assert dict(zip(pairs, found.counts.tolist(), strict=True)) == Counter(rows)
    some = Counter(rows[row] for row in chosen.tolist())
    assert [some[pair] for pair in pairs] == found.count(chosen).tolist()
    newest = {rows[row]: int(ids[row]) for row in chosen.tolist()}
    assert [newest.get(pair, 0) for pair in pairs] == found.newest(ids, chosen).tolist()
    assert found.newest(ids).max() == 500


def test_nothing_has_no_pairs() -> None:
    none = np.zeros(0, np.int64)
    assert len(Tally(none, none, 5)) == 0
