"""What a person, or another machine, wants to be run."""

from __future__ import annotations

from dataclasses import dataclass

from bus.contract.boundaries import Boundary
from bus.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, and how."""

    engine: str
    """Id of one of bus.engines.ENGINES."""

    seed: int
    speed: float
    """How fast the run's clock goes, times real time; math.inf where waits cost nothing."""

    paused: bool = False
    with_script: bool = True
    crash: Boundary | None = None
    """Where the consumer of every handler dies once; None: nowhere."""

    chosen: str = ""
    """A person takes what comes next: "legal" or "hostile", what is open to them; empty: nobody is asked."""

    joins: str = ""
    """The run of another process that this one joins as a worker; empty: a run of its own."""

    only: tuple[str, ...] = ()
    """Handlers that run here; empty: all of them."""

    def part_of(self, scenario: Scenario) -> Scenario:
        """The scenario with the handlers that run here."""
        if not self.only:
            return scenario
        handlers = {name: handler for name, handler in scenario.handlers.items() if name in self.only}
        return scenario.model_copy(update={"handlers": handlers})
