"""What is said to be surely met is met: the judge says the same of every such run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bus.capture.sameness import Recorded
from bus.expectations.judge import judge
from bus.expectations.surely import surely
from bus.expectations.verdict import State
from bus.exploration.glance import Glance
from bus.exploration.judging import covered
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads
from bus.scenario.document import Document
from bus.trace import Trace


class Seen:
    """Emits as they come from a list of them."""

    def __init__(self, *emits: tuple[str, int, object]) -> None:
        self.events = [event for event, _, _ in emits]
        self.times = [time for _, time, _ in emits]
        self._payloads = [payload for _, _, payload in emits]

    def payload(self, place: int) -> object:
        return self._payloads[place]


def rules(text: str) -> Any:
    handlers = "handlers: {h: {on: a}}"
    return loads(f"buslens: 1\nevents: {{a: {{}}, b: {{}}}}\n{handlers}\nexpect: [{text}]").scenario.expect


ONE, SAME, LATE, NONE = ("a", 0, {"n": 1}), ("a", 1, {"n": 1}), ("b", 9, {"n": 1}), ("b", 9, {})


@pytest.mark.parametrize(
    ("rule", "emits", "is_sure"),
    [
        ("{event: a, emitted: 2}", (ONE, SAME, LATE), True),
        ("{emitted: '<= 2'}", (ONE, SAME, LATE), False),
        ("{never: b}", (ONE,), True),
        ("{never: b}", (LATE,), False),
        ("{eventually: 'b*'}", (LATE,), True),
        ("{each: a, leads_to: b, by: n}", (ONE, SAME, LATE), True),
        ("{each: b, leads_to: a, by: n}", (ONE, LATE), False),
        ("{each: a, leads_to: b, by: n}", (ONE, NONE), False),
        ("{each: a, leads_to: b, by: n, within: 5ns}", (ONE, LATE), False),
        ("{each: a, leads_to: b, by: n, within: 9ns}", (ONE, LATE), True),
        ("{at_most_once: a, by: n}", (ONE, LATE), True),
        ("{exactly_once: a, by: n}", (ONE, SAME), False),
        ("{at_most_once: b, by: n}", (NONE,), False),
    ],
)
def test_it_is_sure_or_leaves_it_to_the_judge(rule: str, emits: tuple[Any, ...], is_sure: bool) -> None:
    known = surely(rules(rule))
    assert known is not None
    assert known(Seen(*emits)) is is_sure


@pytest.mark.parametrize(
    "rule",
    [
        "{event: a, lost: 0}",
        "{event: a, handler: h, emitted: 1}",
        "{always: a, holds: 'true'}",
        "{each: a, leads_to: b}",
        "{never: b, after: a}",
        "{never: b, if: 'true'}",
        "{eventually: b, within: 1s}",
        "{at_most_once: a, by: n, handler: h}",
        "{at_least_once: a, by: n, for: b}",
    ],
)
def test_of_other_rules_it_is_never_known(rule: str) -> None:
    assert surely(rules(rule)) is None


_RULES = (
    {"event": "b", "emitted": ">= 3"}, {"never": "c"}, {"eventually": "b"}, {"each": "a", "leads_to": "b", "by": "n"},
    {"each": "a", "leads_to": ["b", "c"], "by": ["m", "n"], "within": "5ms"}, {"at_most_once": "b", "by": "n"},
    {"exactly_once": "a", "by": "n"},
)  # fmt: skip
_PAYLOADS = ({"n": "$count"}, {"n": 1}, {"m": True}, {"n": [1, 2]}, {}, 7)


@st.composite
def _documents(draw: st.DrawFn) -> Document:
    payloads = st.sampled_from(_PAYLOADS)
    steps = [{"wait": draw(st.sampled_from(["1ms", "2ms..9ms"]))}, {"emit": "b", "with": draw(payloads)}]
    emits = draw(st.lists(st.tuples(st.sampled_from("abc"), payloads), min_size=1, max_size=4))
    handlers = {"h": {"on": "a", "do": draw(st.sampled_from([steps, steps * 2, []]))}}
    script = [{"emit": event, "with": payload, "times": 2, "every": "2ms"} for event, payload in emits]
    expect = draw(st.lists(st.sampled_from(_RULES), min_size=1, max_size=3))
    said = {"buslens": 1, "events": {"a": {}, "b": {}, "c": {}}, "handlers": handlers, "script": script}
    return loads(str({**said, "expect": expect}).replace("True", "true"))


@given(_documents())
def test_what_is_sure_the_judge_says_as_well(document: Document) -> None:
    known = surely(document.scenario.expect)
    assert known is not None
    result = Program(document).run(Choices())
    trace = Trace()
    trace.feed(result.data)
    glance = Glance(Recorded(result.data))
    assert glance.covered == covered(trace)
    assume(known(glance))
    verdicts = judge(document.scenario.expect, trace, end_is_known=True)
    assert {each.state for each in verdicts} == {State.MET}, document.text
