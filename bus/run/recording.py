"""What one run is recorded with: its name, its clock, its recorder, and the back-pressure of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable

from bus.contract.protocol import new_run
from bus.engines import ENGINES
from bus.run.order import Order
from bus.runtime.back_pressure import BackPressure
from bus.runtime.clock import FULL_SPEED, Clock
from bus.sharing.merging import first_id
from buslens.recorder import Recorder
from buslens.wire import Header, simulated


class Recording:
    """Belongs to one run, from before its engine is made until its last record is read. Thread-safe."""

    def __init__(
        self,
        order: Order,
        scenario: str,
        *,
        back_pressure: Callable[[Recorder, Clock], BackPressure] = BackPressure,
    ) -> None:
        """scenario: its name, which the capture bears. back_pressure: what is done about records that nobody reads."""
        self.run = order.joins or new_run()
        """Name of the run, which begins the name of everything that it makes elsewhere."""

        self.is_virtual = order.speed == FULL_SPEED and not order.joins
        """Whether it begins in virtual time: then workers are modelled, also where a person makes it slower later."""

        self.clock = Clock(order.speed)
        told = {"engine": order.engine, "seed": order.seed, "scenario": scenario}
        nothing_outside = self.is_virtual and ENGINES[order.engine].is_embedded
        header = simulated(**told) if nothing_outside else Header.here(clock="virtual", mono_ns=0, **told)
        # Machines that share a run give their records numbers that are all different.
        first = first_id() if order.joins else 1
        self.recorder = Recorder(clock_ns=self.clock.time_ns, header=header, knows_threads=True, first_id=first)
        self.back_pressure = back_pressure(self.recorder, self.clock)

    def take(self) -> bytes:
        """Frames of what was recorded since the last time; an engine that waits for it goes on."""
        with self.back_pressure.reading():
            return self.recorder.take()

    def is_real_time(self) -> bool:
        """Whether the run's clock goes as fast as a watch."""
        return self.clock.speed == 1.0
