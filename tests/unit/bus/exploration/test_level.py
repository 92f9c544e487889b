"""It is told which level of virtual time made the runs, and why."""

from __future__ import annotations

from bus.exploration.explorer import Explorer, Plan
from bus.exploration.level import level
from bus.exploration.program import Program
from bus.scenario import loads

TEXT = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, HANDLER}}\nscript: [{emit: a}]\n"


def told(handler: str, *, engine: str = "", hostile: bool = False) -> str:
    program = Program(loads(TEXT.replace("HANDLER", handler)), engine=engine, hostile=hostile)
    explorer = Explorer(program, Plan())
    explorer.run_next()
    return level(program, explorer.tally)


def test_each_level_is_told() -> None:
    assert told("do: []") == "made in the kernel"
    assert told("do: []", hostile=True) == "made in the kernel"
    said = "made on the real bus: the kernel does not model sqlite-model"
    assert told("do: []", engine="sqlite-model") == said


def test_runs_that_came_to_what_is_not_modelled_are_told() -> None:
    program = Program(loads(TEXT.replace("HANDLER", "do: []").replace("{emit: a}", "{emit: a, with: $nothing}")))
    explorer = Explorer(program, Plan())
    explorer.run_next()
    assert level(program, explorer.tally) == "made in the kernel, but for 1 run that came to what it does not model"
