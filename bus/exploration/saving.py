"""A finding as a scenario of its own: with the script as far as it is needed and the choices that break it."""

from __future__ import annotations

from bus.exploration.shrinking import Shrunk
from bus.run.choosing import said
from bus.runtime.choices import READY
from bus.scenario import Document, loads


def scenario_of(shrunk: Shrunk) -> Document:
    """A replay, on the engine and from the seed that were explored."""
    program = shrunk.program
    document = loads(program.document.text, program.document.title)
    model = document.scenario
    if model.engine != program.engine:
        document.set_option("engine", program.engine)
    if model.seed != program.seed:
        document.set_option("seed", program.seed)
    is_hostile = any(place.kind == READY for place in shrunk.made)
    document.set_option("choices", said(shrunk.made, hostile=is_hostile).model_dump())
    return document
