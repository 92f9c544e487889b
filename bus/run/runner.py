"""One run, as its owner holds it: a thread, what is driven on it, and what this process is among the run's machines.

Every method may be called at any time, on the owner's thread. A run does not end by itself: when the script is over and
nothing is in flight it is `finished`, and waits for what a person emits by hand.
"""

from __future__ import annotations

from typing import Any, Protocol

from bus.behaviour.places import Lines
from bus.contract.boundaries import DiesOnce, never
from bus.contract.protocol import Peer
from bus.engines import MAKERS, Makers
from bus.run.by_hand import OnThread
from bus.run.choosing import asked, draws_of, loop_of, replayed
from bus.run.driver import Driver
from bus.run.hand import Hand
from bus.run.order import Order
from bus.run.recording import Recording
from bus.run.stage import MOST_IN_FLIGHT, Stage
from bus.run.thread import EngineThread
from bus.run.waiting_list import WaitingList
from bus.runtime.back_pressure import BackPressure
from bus.runtime.clock import Pace
from bus.runtime.gate import Gate, Step
from bus.runtime.state import EngineState, Phase
from bus.scenario import Document
from bus.sharing.owner import Owner

GIVEN_UP = "the engine's thread did not end; what it runs goes on until Buslens is closed"


class RunPeer(Peer, Protocol):
    """What this process is in a run, with what the run itself needs of it."""

    def look(self, *, can_hear: bool) -> bool:
        """Look who has gone silent; whether that is news for the engine. can_hear: the broker can be reached."""

    def take(self, most: int = 0) -> bytes:
        """Frames that were recorded since the last time and are to be read here; about `most` facts, 0 for all."""


class Runner:
    """Begins a run, tells it what a person wants, and says what it is doing."""

    def __init__(
        self,
        document: Document,
        order: Order,
        recording: Recording,
        peer: RunPeer,
        *,
        trusted: bool,
        engines: Makers = MAKERS,
        most_in_flight: int = MOST_IN_FLIGHT,
    ) -> None:
        """peer: what this process is in the run. most_in_flight: calls that have not ended, see Stage.

        Raises UserError where its choices cannot be made as the scenario says.
        """
        self._order = order
        self._recording = recording
        self._peer = peer
        self._asking = asked(document.scenario, order, recording.clock.time_ns)
        """What waits for a person who takes what comes next; None: nobody is asked."""

        choices = self._asking.choices if self._asking is not None else replayed(document.scenario, order)
        self._stage = Stage(
            document.scenario,
            engine=engines[order.engine](),
            recording=recording,
            gate=Gate(recording.clock, paused=order.paused),
            draws=draws_of(order, choices),
            give_up=self._give_up,
            dies=DiesOnce(order.crash) if order.crash else never,
            most_in_flight=most_in_flight,
        )
        self._stage.trusted = trusted
        self._driver = Driver(document, order, self._stage, peer)
        if self._stage.engine.spec.is_embedded:  # else its server may have something to say
            recording.clock.when_still = self._driver.stand_still
        self._thread = EngineThread(loop_of(recording.clock, document.scenario, order, choices), self._driver)
        self.by_hand = OnThread(self._thread, self._stage.holding, self._driver, self._asking)
        """Breakpoints, what is held at them, what is redelivered, and what a person takes next."""

        self._waiting = WaitingList(self._stage, self._driver.by_hand)
        self._stopping = False
        self._last: bytes | None = None
        """The last records of a run that stood still when it was told to end: what is open stays so."""

        self._is_virtual = choices is not None

    @property
    def alive(self) -> bool:
        """Whether its thread is there."""
        return self._thread.alive

    @property
    def recording(self) -> Recording:
        """What it is recorded with."""
        return self._recording

    def start(self) -> None:
        """Start the thread; the engine opens on it."""
        self._thread.start()

    def stop(self) -> None:
        """End as soon as possible; whatever waits or stands is released."""
        self._stopping = True
        if self._driver.standstill.is_now:
            self._last = self._peer.take()
        self._release()

    def join(self, timeout: float) -> bool:
        """Wait so many seconds at most for its end; whether it has ended."""
        return self._thread.join(timeout)

    def give_up(self) -> str:
        """It was told to end and has not: what a person must know of that."""
        return GIVEN_UP

    def pause(self) -> None:
        """Stop before whatever comes next."""
        self._stage.gate.pause()

    def resume(self) -> None:
        """Let it go on."""
        self._stage.gate.resume()

    def step(self, step: Step) -> None:
        """Go on to where the step ends."""
        self._stage.gate.step(step)

    def record(self, on: bool) -> None:
        """Keep records from now on, or keep none."""
        self._recording.recorder.enabled = on

    def set_speed(self, speed: float) -> None:
        """From now on: times real time, math.inf where waits cost nothing. Where choices are made it stays virtual."""
        if not self._is_virtual:
            self._recording.clock.set_speed(speed)

    def trust(self, trusted: bool) -> None:
        """Whether Python may run, from the next step on."""
        self._stage.trusted = trusted

    def apply(self, document: Document) -> None:
        """Follow the edited scenario, from now on."""
        # Its schemas hold at once; who hears what changes between two turns of the loop.
        self._stage.scenario = document.scenario
        self._thread.call(self._driver.apply, document.scenario, Lines(document))

    def emit(
        self, event: str, payload: Any, times: int, per_second: float | None, *, against_schema: bool = False
    ) -> None:
        """Put an event on the bus by hand, as soon as the engine has time."""
        hand = Hand(event, payload, times, per_second, against_schema)
        self._thread.call(self._driver.begin, self._driver.announce(hand), hand)

    def clock_ns(self) -> int:
        """Nanoseconds of the run's clock since it began."""
        return self._recording.clock.time_ns()

    def pace(self) -> Pace:
        """How the time of its state goes on until that is taken anew."""
        finished = self._phase() == "finished"
        return (self._driver.finished_ns, 0, 0.0) if finished else self._recording.clock.pace

    @property
    def back_pressure(self) -> BackPressure:
        """What makes an engine wait that is faster than whoever reads."""
        return self._recording.back_pressure

    @property
    def has_more(self) -> bool:
        """Whether the last `take` has left records for the next one."""
        return self._last is None and self._recording.recorder.has_more

    def take(self, most: int = 0) -> bytes:
        """Frames of what was recorded since the last time, here and on the machines that have joined.

        most: about so many facts, 0 for all; `has_more` says whether some are left.
        """
        if self._last is not None:
            last, self._last = self._last, b""
            return last
        engine = self._stage.engine
        engine.look(is_news=self._peer.look(can_hear=not engine.trouble()))
        return self._peer.take(most)

    def state(self) -> EngineState:
        """What it is doing now."""
        phase, stage, driver, clock = self._phase(), self._stage, self._driver, self._recording.clock
        return EngineState(
            phase=phase,
            engine=self._order.engine,
            seed=self._order.seed,
            speed=clock.speed,
            message=self._thread.failure,
            trouble=stage.trouble() if phase in ("starting", "running", "finished") else "",
            waits_for=stage.engine.waits_for() if phase == "running" else "",
            workers=self._peer.joined if self.alive else (),
            stands_still=phase == "finished" and driver.standstill.is_now,
            virtual_ns=driver.finished_ns if phase == "finished" else clock.time_ns(),
            late_ns=clock.late_ns,
            queue=self._waiting.now() if phase == "paused" else (),
            held=stage.holding.shown() if self.alive else (),
            held_count=stage.holding.count if self.alive else 0,
            hits=stage.holding.hits(),
            offer=self._asking.offer if self._asking is not None and self.alive else None,
            taken=self._asking.taken if self._asking is not None else (),
            next_stop=self._stage.gate.stopped_at if phase == "paused" else None,
        )

    def _phase(self) -> Phase:
        if not self.alive:
            return "failed" if self._thread.failure else "idle"
        if self._stopping or self._thread.failure:
            return "stopping"
        driver = self._driver
        # An emit by hand that the engine has not seen yet keeps it from being over.
        phase: Phase = "running" if driver.phase == "finished" and driver.by_hand else driver.phase
        return "paused" if self._stage.gate.paused and phase in ("starting", "running") else phase

    def _give_up(self, message: str) -> None:
        """End the run for a reason that a person is told; from any thread."""
        self._thread.failure = self._thread.failure or message
        self._release()

    def _release(self) -> None:
        self._recording.clock.stop()
        self._stage.gate.release()
        if self._asking is not None:
            self._asking.ask_no_more()
        self._recording.back_pressure.release()
        self._stage.kill()
        self._thread.call(self._cancel)

    def _cancel(self) -> None:
        # Once is enough: a second time would end the engine's way out, which takes no longer than it must.
        if not self._driver.is_leaving:
            self._thread.cancel()


def own_run(
    document: Document,
    order: Order,
    *,
    trusted: bool,
    engines: Makers = MAKERS,
    most_in_flight: int = MOST_IN_FLIGHT,
) -> Runner:
    """A run of this process. As long as nobody joins it, its owner has nobody to talk to."""
    recording = Recording(order, document.scenario.name)
    owner = Owner(
        document.content_hash, recording.recorder, recording.clock.time_ns, is_real_time=recording.is_real_time
    )
    return Runner(
        document, order, recording, owner, trusted=trusted, engines=engines, most_in_flight=most_in_flight
    )  # fmt: skip
