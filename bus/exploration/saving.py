"""A finding as a scenario of its own: with the script as far as it is needed and the choices that break it."""

from __future__ import annotations

from bus.exploration.shrinking import Shrunk
from bus.run.choosing import replay_of
from bus.scenario import Document


def scenario_of(shrunk: Shrunk) -> Document:
    """A replay, on the engine and from the seed that were explored."""
    program = shrunk.program
    return replay_of(program.document, program.engine, program.seed, shrunk.made)
