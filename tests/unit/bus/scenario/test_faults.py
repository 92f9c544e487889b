"""`faults` of a scenario file: what may be said, and what is told of mistakes."""

from __future__ import annotations

import pytest

from bus.errors import UserError, UserErrors
from bus.scenario import loads
from bus.scenario.faults import FAULTS

TEXT = "buslens: 1\nevents: {{a.b: {{}}, c: {{}}}}\nhandlers: {{h: {{on: a.b}}, g: {{on: c}}}}\nfaults:\n  - {said}\n"


@pytest.mark.parametrize("verb", FAULTS)
def test_each_kind_needs_no_more_than_what_it_hits(verb: str) -> None:
    target = (
        "full" if verb == "broker" else "h" if verb in ("fail", "hang", "slow", "crash", "absent", "clock") else "'a.*'"
    )
    when = ", at: 1s" if verb == "crash" else ""
    (fault,) = loads(TEXT.format(said=f"{{{verb}: {target}{when}}}"), "f.yaml").scenario.faults
    assert fault.targets == (target.strip("'"),)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{fale: h}", "expected a step with one of: fail, hang"),
        ("{fail: i}", "no handler i"),
        ("{drop: x}", "no event x"),
        ("{crash: [h, i], at: 1s}", "no handler i"),
        ("{crash: h}", "expected either at or every beside crash"),
        ("{crash: h, every: 1us}", "expected at least 1ms"),
        ("{clock: h, skew: soon}", "expected a time such as 20ms, 1.5s or 2min, or the same with a minus before it"),
        ("{clock: h, drift: -1s}", "expected less than 1s for drift"),
        ("{slow: h, by: forever}", "expected a time that ends"),
        ("{fail: h, probability: 2}", "expected at most 1"),
        ("{fail: h, probability: 0.5, every: 2}", "expected either every or probability"),
        ("{fail: h, evry: 2}", "did you mean every?"),
        ("{fail: h, if: 'event.'}", "not an expression"),
        ("{duplicate: a.b, times: 1000000}", "expected at most 100"),
    ],
)
def test_mistakes_are_told_with_their_place(said: str, told: str) -> None:
    with pytest.raises(UserErrors) as caught:
        loads(TEXT.format(said=said), "f.yaml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("f.yaml:5:")


def test_names_in_faults_follow_what_is_renamed_and_removed() -> None:
    document = loads(TEXT.format(said="{crash: [h, g], at: 1s}\n  - {drop: c}"), "f.yaml")
    document.rename_handler("h", "k")
    document.rename_event("c", "d")
    crash, drop = document.scenario.faults
    assert (crash.targets, drop.targets) == (("k", "g"), ("d",))
    with pytest.raises(UserError, match="still used by g, faults"):
        document.remove_event("d")
    document.remove_handler("g")
    assert [fault.verb() for fault in document.scenario.faults] == ["drop"]


def test_a_condition_that_asks_for_what_is_nowhere_is_found_before_a_run() -> None:
    (found,) = loads(TEXT.format(said="{drop: c, if: payload.x}"), "f.yaml").examined().mistakes
    assert "write event.payload" in str(found)
