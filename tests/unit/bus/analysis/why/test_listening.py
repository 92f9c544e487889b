"""The ledger pairs subscriptions with their ends, also of one handler that is subscribed several times."""

from __future__ import annotations

from bus.analysis.why.listening import ledger
from bus.analysis.why.telling import Telling
from tests.helpers.planted import MS, Story


def test_each_subscription_has_its_own_end() -> None:
    story = Story()
    for wait in (0, 1, 2):
        story.wait(wait)
        story.on("pay", "order")
    story.off("pay", "order")
    story.off("pay", "order")
    story.off("log", "order")
    found = ledger(Telling(story.trace()))
    assert [(one.since_ns is not None, one.until_ns is not None) for one in found] == [
        (True, True), (True, True), (True, False), (False, True),
    ]  # fmt: skip
    first, second, third, fourth = found
    assert first.covers((first.since_ns or 0) + MS)
    assert not first.covers(first.until_ns or 0)
    assert second.covers(first.until_ns or 0)
    assert third.covers(1 << 60)
    assert fourth.covers(0)


def test_of_very_many_those_around_the_moment_are_walked_through(monkeypatch: object) -> None:
    from bus.analysis.why import listening

    story = Story()
    for _ in range(50):
        story.on("pay", "order")
        story.off("pay", "order")
    trace = story.trace()
    times = trace.subscriptions.view("time_ns")
    monkeypatch.setattr(listening, "MOST_CHANGES", 10)  # type: ignore[attr-defined]
    telling = Telling(trace)
    assert len(ledger(telling)) == 5
    assert ledger(telling)[-1].until_ns == times[-1]
    around = ledger(telling, around_ns=int(times[50]))
    assert any(one.covers(int(times[50])) for one in around)
    assert ledger(telling, around_ns=0)[0].since_ns == times[0]
