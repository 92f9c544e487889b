"""Facts are sorted by what they say and keep their order, and each field is what the recorder packed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from bus.trace.facts import Facts
from buslens.records import FACT, FACT_FIELDS, Kind

FACTS = some.lists(
    some.tuples(
        *(some.sampled_from([int(kind) for kind in Kind] + [200]), some.integers(0, 7), some.integers(0, 31)),
        *(some.integers(0, 99), some.integers(-(2**62), 2**62), some.integers(0, 2**64 - 1)),
        *(some.integers(0, 2**64 - 1), some.integers(0, 99), some.integers(0, 99), some.integers(0, 2**64 - 1)),
    ),
    min_size=1,
    max_size=20,
)


def told(facts: Facts) -> list[tuple[int, ...]]:
    columns = [getattr(facts, name).tolist() for name, _ in FACT_FIELDS]
    return list(zip(*columns, strict=True))


@given(FACTS, some.integers(0, 20))
def test_of_several_frames_each_field_is_what_was_packed(packed: list[tuple[int, ...]], cut: int) -> None:
    bodies = [b"".join(FACT.pack(*fact) for fact in part) for part in (packed[:cut], packed[cut:])]
    facts = Facts.of(bodies)
    assert told(facts) == packed
    assert len(facts) == len(packed)
    times = [fact[4] for fact in packed]
    assert facts.span_ns == (min(times), max(times))
    assert all(getattr(facts, name).flags.c_contiguous for name, _ in FACT_FIELDS)


@given(FACTS)
def test_those_of_each_kind_stay_in_order_and_none_is_missing(packed: list[tuple[int, ...]]) -> None:
    facts = Facts.of([b"".join(FACT.pack(*fact) for fact in packed)])
    parts = {1: facts.emitted, 2: facts.started, 3: facts.ended}
    for kind, part in parts.items():
        assert told(part) == [fact for fact in packed if fact[0] == kind]
    assert told(facts.others) == [fact for fact in packed if fact[0] > 3]
    assert told(facts.of_kind(7, 1)) == [fact for fact in packed if fact[0] in (1, 7)]
    assert told(facts.take(np.array([0]))) == packed[:1]
