"""Runs of a scenario, seed after seed."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.modelling import simulating
from bus.modelling.run_figures import figures_of
from bus.modelling.simulating import SimulatedRun, made_where
from bus.scenario import Document

TEXT = """
buslens: 1
seed: 5
events: {a: {}}
handlers: {h: {on: a, do: [{wait: exponential 9ms}]}}
script: [{emit: a, times: 20}]
"""


def durations(text: str, seeds: int) -> list[list[int]]:
    return [run.trace.calls.duration_ns.tolist() for run in runs(text, seeds)]


def runs(text: str, seeds: int) -> list[SimulatedRun]:
    return list(simulating.runs(Document(text), seeds, lambda _: False, lambda _: None))


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


def test_the_kernel_and_the_real_bus_come_to_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("on: a,", "on: a, service: s, retry: {attempts: 2},") + (
        "services: {s: {workers: 2, queue: {limit: 3, overflow: drop_oldest}}}\nfaults: [{fail: h, every: 3}]\n"
    )
    ours = runs(text, 2)
    monkeypatch.setattr(simulating, "why_not", lambda *_: "somebody wants it so")
    real = runs(text, 2)
    assert [repr(figures_of(run.trace)) for run in ours] == [repr(figures_of(run.trace)) for run in real]
    assert made_where([run.why_real for run in ours]) == "The runs were made in the kernel."
    said = "The runs were made on the real bus: somebody wants it so."
    assert made_where([run.why_real for run in real]) == said


def test_whoever_watches_hears_of_each_run() -> None:
    heard: list[int | None] = []
    list(simulating.runs(Document(TEXT), 2, lambda _: False, lambda run: heard.append(run.engine_state.seed)))
    assert heard == [5, 6]


def test_what_waits_for_ever_and_what_is_too_long_are_made_on_the_real_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = runs(TEXT.replace("exponential 9ms", "forever"), 1)
    monkeypatch.setattr(simulating, "MOST_BYTES", 1_000)
    long = runs(TEXT, 1)
    for (run,) in stuck, long:
        assert made_where([run.why_real, ""]) == f"1 of 2 runs were made on the real bus: {simulating.TOO_MUCH}."
