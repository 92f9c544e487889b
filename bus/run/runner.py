"""One run: the engine's thread with its loop and clock, from start to stop. Every method may be called at any time.

A run does not end by itself: when the script is over and nothing is in flight it is `finished`, and waits for what a
person emits by hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from bus.behaviour.places import Lines
from bus.contract.boundaries import Boundary, DiesOnce, never
from bus.contract.protocol import EngineContext, new_run
from bus.engines import MAKERS, Makers
from bus.errors import UserError
from bus.run.hand import Hand, emit_by_hand
from bus.run.script import Script
from bus.run.stage import MOST_IN_FLIGHT, Stage
from bus.run.subscriptions import Subscriptions
from bus.runtime.back_pressure import BackPressure
from bus.runtime.clock import Clock
from bus.runtime.gate import Gate
from bus.runtime.loop import EngineLoop
from bus.runtime.state import EngineState, Phase, Waiting
from bus.scenario import Document, Scenario
from bus.sharing.merging import first_id
from bus.sharing.owner import Owner
from bus.sharing.worker_peer import WorkerPeer, new_member
from buslens.recorder import Recorder
from buslens.wire import Header

SWITCH_S = 0.0005
"""Measured: with it a busy window delays the bus by 2 ms at the 99th percentile, without it by 10 to 14 ms."""

MOST_SHOWN = 200
"""Of what waits."""

_TURNS_TO_UNWIND = 100
_LOG = logging.getLogger("buslens")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run, and how."""

    engine: str
    seed: int
    speed: float
    paused: bool = False
    with_script: bool = True
    crash: Boundary | None = None
    """Where the consumer of every handler dies once; None: nowhere."""

    joins: str = ""
    """The run of another process that this one joins as a worker; empty: a run of its own."""

    only: tuple[str, ...] = ()
    """Handlers that run here; empty: all of them."""


class Runner:
    """Owns the engine's thread."""

    def __init__(
        self,
        document: Document,
        order: Order,
        *,
        trusted: bool,
        engines: Makers = MAKERS,
        most_in_flight: int = MOST_IN_FLIGHT,
    ) -> None:
        self._order = order
        self._clock = Clock(order.speed)
        header = Header.here(
            clock="virtual", mono_ns=0, engine=order.engine, seed=order.seed, scenario=document.scenario.name
        )
        self.recorder = Recorder(
            clock_ns=self._clock.time_ns, header=header, knows_threads=True, first_id=first_id() if order.joins else 1
        )
        self._gate = Gate(self._clock, paused=order.paused)
        self.back_pressure = BackPressure(self.recorder, self._clock)
        self._loop = EngineLoop(self._clock)
        self.name = order.joins or new_run()
        """Of the run: what others join it by."""

        self.peer = self._new_peer(document.content_hash, joins=bool(order.joins))
        self._stage = Stage(
            document.scenario,
            engine=engines[order.engine](),
            clock=self._clock,
            gate=self._gate,
            back_pressure=self.back_pressure,
            recorder=self.recorder,
            seed=order.seed,
            give_up=self._give_up,
            dies=DiesOnce(order.crash) if order.crash else never,
            run=self.name,
            most_in_flight=most_in_flight,
        )
        self._stage.trusted = trusted
        self._subscriptions = Subscriptions(self._stage)
        self._first = (_only(document.scenario, order.only), Lines(document))
        self._phase: Phase = "starting"
        self._message = ""
        self._stopping = False
        self._is_leaving = False
        """The engine gives everything back, and is not hurried."""

        self._is_open = False
        """Whether the engine is, and handlers are subscribed: a broker may take its time."""

        self._early: list[Callable[[], None]] = []
        """What a person emitted before."""

        self._finished_ns = 0
        self._sources: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._hands: dict[int, Waiting] = {}
        self._queue_key: object = None
        self._queue_then: tuple[Waiting, ...] = ()
        self._hand_numbers = itertools.count()
        self._main: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    # The owner's side

    @property
    def alive(self) -> bool:
        """Whether the thread is there."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End as soon as possible; whatever waits or stands is released."""
        self._stopping = True
        self._release()

    def join(self, timeout: float) -> bool:
        """Whether the thread has ended by then."""
        self._thread.join(timeout)
        return not self.alive

    def pause(self) -> None:
        """Stop before whatever comes next."""
        self._gate.pause()

    @property
    def gate(self) -> Gate:
        """For resuming and stepping."""
        return self._gate

    def set_speed(self, speed: float) -> None:
        """From now on."""
        self._clock.set_speed(speed)

    def trust(self, trusted: bool) -> None:
        """Whether Python may run, from the next step on."""
        self._stage.trusted = trusted

    def apply(self, document: Document) -> None:
        """The scenario was edited."""
        # Its schemas hold at once; who hears what changes between two turns of the loop.
        self._stage.scenario = document.scenario
        self._post(self._apply, document.scenario, Lines(document))

    def emit(
        self, event: str, payload: Any, times: int, per_second: float | None, *, against_schema: bool = False
    ) -> None:
        """Put an event on the bus by hand, as soon as the engine has time."""
        number = next(self._hand_numbers)
        self._hands[number] = Waiting("emit", event, "", None)
        hand = Hand(event, payload, times, per_second, against_schema)
        self._post(self._begin_hand, number, hand)

    def clock_ns(self) -> int:
        """What its clock shows."""
        return self._clock.time_ns()

    def take(self) -> bytes:
        """Frames of what was recorded since the last time, here and on the machines that have joined."""
        engine = self._stage.engine
        engine.look(is_news=self.peer.look(can_hear=not engine.trouble()))
        return self.peer.take()

    def _new_peer(self, scenario: str, *, joins: bool) -> Owner | WorkerPeer:
        if joins:
            return WorkerPeer(new_member(), self._taken, self._clock.time_ns)
        return Owner(scenario, self.recorder, self._clock.time_ns, is_real_time=lambda: self._clock.speed == 1.0)

    def _taken(self) -> bytes:
        with self.back_pressure.reading():
            return self.recorder.take()

    def state(self) -> EngineState:
        """What it is doing now."""
        phase, order = self._phase_now(), self._order
        return EngineState(
            phase=phase,
            engine=order.engine,
            seed=order.seed,
            speed=self._clock.speed,
            message=self._message,
            trouble=self._trouble() if phase in ("starting", "running", "finished") else "",
            waits_for=self._waits_for() if phase == "running" else "",
            workers=self.peer.joined if self.alive else (),
            virtual_ns=self._finished_ns if phase == "finished" else self._clock.time_ns(),
            late_ns=self._clock.late_ns,
            queue=self._queue() if phase == "paused" else (),
            next_stop=self._gate.stopped_at if phase == "paused" else None,
        )

    def _phase_now(self) -> Phase:
        if not self.alive:
            return "failed" if self._message else "idle"
        if self._stopping or self._message:
            return "stopping"
        # An emit by hand that the engine has not seen yet keeps it from being over.
        phase: Phase = "running" if self._phase == "finished" and self._hands else self._phase
        return "paused" if self._gate.paused and phase in ("starting", "running") else phase

    def _trouble(self) -> str:
        return self._stage.engine.trouble() or self._stage.teams.trouble()

    def _waits_for(self) -> str:
        return self._stage.engine.waits_for()

    def _queue(self) -> tuple[Waiting, ...]:
        """Made anew only where it must have changed: a hundred thousand may wait, and a window asks each frame."""
        stage, hands = self._stage, list(self._hands.values())
        in_flight = stage.engine.in_flight() + stage.teams.in_flight()
        key = (self._gate.stopped_at, len(hands), len(stage.waits), in_flight)
        if key != self._queue_key:
            names = stage.engine.scheduled(MOST_SHOWN) + stage.teams.scheduled(MOST_SHOWN)
            scheduled = [Waiting("call", "", name, None) for name in names]
            timed = heapq.nsmallest(MOST_SHOWN, list(stage.waits.values()), _due)
            self._queue_key = key
            self._queue_then = tuple([*hands, *scheduled, *timed][:MOST_SHOWN])
        return self._queue_then

    def _release(self) -> None:
        self._clock.stop()
        self._gate.release()
        self.back_pressure.release()
        self._stage.kill()
        self._post(self._cancel)

    def _post(self, function: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the run is over
            self._loop.call_soon_threadsafe(function, *arguments)

    # The engine's side

    def _run(self) -> None:
        before = sys.getswitchinterval()
        if before > SWITCH_S:
            sys.setswitchinterval(SWITCH_S)
        try:
            asyncio.set_event_loop(self._loop)
            self._loop.set_exception_handler(_on_the_timeline)
            self._main = self._loop.create_task(self._live())
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._main)
        except UserError as error:
            self._message = str(error)
        except Exception as error:
            _LOG.exception("the engine failed")
            self._message = f"the engine failed: {type(error).__name__}: {error}"
        finally:
            self._clean_up()
            if before > SWITCH_S:
                sys.setswitchinterval(before)

    def _clean_up(self) -> None:
        self._clock.stop()
        self.back_pressure.release()
        self._stage.kill()
        try:
            self._loop.run_until_complete(self._unwind())
        finally:
            self._stage.close()
            asyncio.set_event_loop(None)
            self._loop.close()
            self.back_pressure.wanted.set()

    async def _unwind(self) -> None:
        """Cancel what is left. Bounded, because a task may refuse."""
        me = asyncio.current_task()
        for _ in range(_TURNS_TO_UNWIND):
            left = asyncio.all_tasks() - {me}
            if not left:
                return
            for task in left:
                task.cancel()
            await asyncio.sleep(0)

    async def _live(self) -> None:
        stage = self._stage
        context = EngineContext(
            *(self._loop, self._clock, self.recorder, stage.before_dispatch, stage.dies),
            give_up=self._give_up,
            peer=self.peer,
            run=self.name,
        )
        await stage.engine.open(context)
        try:
            scenario, lines = self._first
            self._subscriptions.apply(scenario, lines)
            self._is_open = True
            self._phase = "running"
            for begin in self._early:
                begin()
            if self._order.with_script:
                self._add_source(Script(scenario, lines, stage).run())
            while True:
                await self._until_quiet()
                self._news.clear()
                self._finished_ns = self._clock.time_ns()
                self._phase = "finished"
                self.back_pressure.wanted.set()
                await self._news.wait()
        finally:
            self._is_leaving = True
            self._clock.stop()
            for source in self._sources:
                source.cancel()
            await stage.engine.close()

    async def _until_quiet(self) -> None:
        """Until the script and all hands are done and nothing is in flight. Raises UserError of a wrong script."""
        while True:
            if self._sources:
                done, _ = await asyncio.wait(self._sources, return_when=asyncio.FIRST_COMPLETED)
                self._sources -= done
                for source in done:
                    error = None if source.cancelled() else source.exception()
                    if error is not None:
                        raise error
            elif self._stage.engine.in_flight():
                await self._stage.engine.settle()
            elif self._stage.teams.in_flight():
                await self._stage.teams.settle()
            elif not self._hands:
                return
            else:
                await asyncio.sleep(0)  # a hand's emit is on its way

    def _add_source(self, source: Coroutine[Any, Any, None]) -> None:
        self._sources.add(self._loop.create_task(source))
        self._phase = "running"
        self._news.set()

    def _begin_hand(self, number: int, hand: Hand) -> None:
        if not self._is_open:
            self._early.append(partial(self._begin_hand, number, hand))
            return
        self._subscriptions.hear_of(hand.event)
        self._add_source(emit_by_hand(self._stage, hand))
        del self._hands[number]

    def _apply(self, scenario: Scenario, lines: Lines) -> None:
        if not self._is_open:
            self._first = scenario, lines
            return
        try:
            self._subscriptions.apply(scenario, lines)
        except Exception as error:
            _LOG.exception("the edited scenario could not be applied")
            self._give_up(f"the engine failed: {type(error).__name__}: {error}")

    def _give_up(self, message: str) -> None:
        self._message = self._message or message
        self._release()

    def _cancel(self) -> None:
        # Once is enough: a second time would end the engine's way out, which takes no longer than it must.
        if self._main is not None and not self._is_leaving:
            self._main.cancel()


def _only(scenario: Scenario, names: tuple[str, ...]) -> Scenario:
    if not names:
        return scenario
    handlers = {name: handler for name, handler in scenario.handlers.items() if name in names}
    return scenario.model_copy(update={"handlers": handlers})


def _due(waiting: Waiting) -> float:
    return float("inf") if waiting.due_ns is None else waiting.due_ns


def _on_the_timeline(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """What pyee raises where nobody catches it: the timeline shows it, on the call that failed."""
