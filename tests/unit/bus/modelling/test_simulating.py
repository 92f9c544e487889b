"""Runs of a scenario, seed after seed."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.modelling import simulating
from bus.scenario import Document

TEXT = """
buslens: 1
seed: 5
events: {a: {}}
handlers: {h: {on: a, do: [{wait: exponential 9ms}]}}
script: [{emit: a, times: 20}]
"""


def durations(text: str, seeds: int) -> list[list[int]]:
    runs = simulating.traces(Document(text), seeds, lambda _: False, lambda _: None)
    return [run.calls.duration_ns.tolist() for run in runs]


def test_each_seed_is_a_run_of_its_own_and_the_same_again() -> None:
    first = durations(TEXT, 3)
    assert len({tuple(each) for each in first}) == 3
    assert durations(TEXT, 3) == first


def test_what_must_be_known_of_servers_is_said() -> None:
    plain, rabbit = Document(TEXT), Document(TEXT + "engine: rabbitmq\n")
    assert simulating.about_servers(plain, plain) == ""
    assert simulating.about_servers(plain, rabbit).startswith("rabbitmq: on the server itself, of which no time counts")


def test_a_run_that_cannot_end_well_is_said() -> None:
    with pytest.raises(UserError, match="the run with seed 5 failed"):
        durations("buslens: 1\nseed: 5\nevents: {a: {schema: {type: string}}}\nscript: [{emit: a}]\n", 1)


def test_a_run_of_a_text_that_is_in_no_file_names_no_line_of_it() -> None:
    text = "buslens: 1\nevents: {a: {}}\nscript: [{emit: a, times: 3, with: {n: $1 / (2 - count)}}]\n"
    with pytest.raises(UserError, match=r"failed: script\.0: the script cannot go on"):
        durations(text, 1)
