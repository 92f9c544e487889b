"""What the script of a scenario can do, and what is told of mistakes."""

from __future__ import annotations

import pytest

from bus.errors import UserErrors
from bus.scenario import loads

TEXT = "buslens: 1\nevents: {{a: {{schema: {{type: integer}}}}, b: {{}}}}\nscript:\n  - {said}\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{emit: b, rate: fast, times: 2}", "expected a rate such as 200/s"),
        ("{emit: b, rate: 20/s}", "expected times or for beside rate"),
        ("{emit: b, every: 1s}", "expected times or for beside every"),
        ("{emit: b, rate: 20/s, every: 1s, times: 2}", "expected either every or rate"),
        ("{emit: b, rate: 1/s..9/s, times: 5}", "expected for beside a ramp"),
        ("{emit: b, burst: 5}", "expected every or rate beside for and burst"),
        ("{emit: b, for: 5s}", "expected every or rate beside for and burst"),
        ("{emit: a, generate: true, with: 1}", "expected either with or generate"),
        ("{emit: b, times: 100000000}", "expected at most 10000000"),
        ("{repeat: 2, users: 100000, do: [{mark: x}]}", "expected at most 10000"),
    ],
)
def test_mistakes_are_told_with_their_place(said: str, told: str) -> None:
    with pytest.raises(UserErrors) as caught:
        loads(TEXT.format(said=said), "s.yaml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("s.yaml:4:")


def test_payloads_that_cannot_be_drawn_are_found_before_a_run() -> None:
    (found,) = loads(TEXT.format(said="{emit: b, generate: true}"), "s.yaml").examined().mistakes
    assert "b has no schema to draw payloads from" in str(found)
    assert loads(TEXT.format(said="{emit: a, generate: true}"), "s.yaml").examined().mistakes == ()


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("{emit: b, times: 5}", 5),
        ("{emit: b, rate: 10/s, for: 2s}", 21),
        ("{emit: b, rate: 10/s, for: 2s, times: 5, burst: 2}", 10),
        ("{emit: b, every: 100ms, for: 2s}", 21),
        ("{emit: b, rate: 1000000/s, for: 1min}", 10_000_000),
    ],
)
def test_how_many_emits_a_step_makes_about(said: str, about: int) -> None:
    assert loads(TEXT.format(said=said), "s.yaml").scenario.script[0].about_times == about
