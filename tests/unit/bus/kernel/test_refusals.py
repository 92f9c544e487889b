"""What the kernel leaves to the real bus, each in one sentence."""

from __future__ import annotations

import pytest

from bus.kernel.refusals import why_not
from bus.scenario import loads

TEXT = "buslens: 1\nevents: {{a: {{}}}}\nhandlers: {{h: {{on: a, {handler}}}}}\nscript: [{{emit: a}}]\n"


@pytest.mark.parametrize(
    ("handler", "engine", "said"),
    [
        ("do: []", "pyee-asyncio", ""),
        ("concurrency: 1", "pyee-asyncio", ""),
        ("do: []", "sqlite", "the kernel does not model sqlite"),
        ("do: [{python: pass}]", "pyee-asyncio", "h runs Python"),
        ("worker: celery", "pyee-asyncio", "h has celery workers, which go on beside the run"),
        ("worker: thread", "pyee", "h has workers beside pyee: these are threads"),
        ("concurrency: 1", "pyee", "h lets events wait (concurrency), which pyee does on a loop of its own"),
        ("retry: {attempts: 2}", "pyee-asyncio", ""),
        ("batch: {size: 2, within: 1s}", "pyee-asyncio", ""),
        ("do: [{step: one, do: [{wait: 1s}], undo: [{log: back}]}]", "pyee", ""),
    ],
)
def test_it_says_why(handler: str, engine: str, said: str) -> None:
    assert why_not(loads(TEXT.format(handler=handler)).scenario, engine) == said


def test_what_goes_wrong_with_a_broker_and_what_hears_pyee_itself_are_left_to_the_real_bus() -> None:
    faulty = TEXT.format(handler="do: []") + "faults: [{drop: a}, {broker: full}]\n"
    said = "the fault broker is of a kind that is not modelled: brokerfault"
    assert why_not(loads(faulty).scenario, "pyee") == said
    assert why_not(loads(faulty.replace(", {broker: full}", "")).scenario, "pyee") == ""
    hearing = TEXT.format(handler="do: []").replace("on: a", "on: new_listener")
    assert why_not(loads(hearing).scenario, "pyee").startswith("h hears what pyee emits")
