"""Shorter scripts: each lacks something, is a scenario, and keeps what a person wrote around it."""

from __future__ import annotations

from bus.exploration.script_cuts import shorter
from bus.scenario import loads

TEXT = """buslens: 1
# a comment that stays
events: {a: {}, b: {}}
script:
  - {emit: a, times: 4, every: 1ms}
  - repeat: 2
    do: [{emit: b}, {wait: 1ms}]
"""


def test_steps_are_left_out_and_repeated_less_often() -> None:
    cuts = [document.values.get("script") for document in shorter(loads(TEXT))]
    emit, repeat = loads(TEXT).values["script"]
    assert [repeat] in cuts
    assert [emit] in cuts
    assert [{**emit, "times": 2}, repeat] in cuts
    assert [{**emit, "times": 3}, repeat] in cuts
    assert [emit, {"repeat": 1, "do": repeat["do"]}] in cuts
    assert [emit, {"repeat": 2, "do": [{"emit": "b"}]}] in cuts


def test_what_stands_around_it_stays() -> None:
    assert all("# a comment that stays" in document.text for document in shorter(loads(TEXT)))


def test_of_no_script_there_is_nothing_shorter() -> None:
    assert list(shorter(loads("buslens: 1\n"))) == []
