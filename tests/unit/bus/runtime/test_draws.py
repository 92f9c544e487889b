"""The same seed and name, the same numbers."""

from __future__ import annotations

from bus.runtime.draws import Draws


def test_a_stream_is_decided_by_seed_and_name_alone() -> None:
    one = Draws(7).stream("charge_card", "backoff").random()
    assert one == Draws(7).stream("charge_card", "backoff").random()
    assert one != Draws(8).stream("charge_card", "backoff").random()
    assert one != Draws(7).stream("charge_card").random()
