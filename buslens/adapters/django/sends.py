"""The places of what a signal of Django sends with: the same steps, with facts around them.

Receivers that block are called from a loop that is the same to the line as Django's, all others from Django's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Optional

from django.dispatch.dispatcher import Signal

from buslens.adapters.django.keys import static_id
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.slot_sends import failed, nowhere, sends_into

if TYPE_CHECKING:
    from buslens.adapters.django.hooks import SignalHooks
    from buslens.stream import StreamRecorder
    from buslens.watching.methods import Hook
    from buslens.watching.turns import Turns

_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_NOBODY, _TOLD = object(), object()


def sending(hooks: SignalHooks) -> Hook:
    if "sync_receivers" not in Signal.send.__code__.co_varnames or _is_own(hooks, "send"):
        return sending_by_library(hooks, "send")
    reach, go_on, over = _reaching(hooks, hooks.stream) if hooks.stream is not None else (nowhere, nowhere, nowhere)
    nobody, already, has_failed, missed = _NOBODY, _TOLD, failed, hooks.subscribers.missed

    def send(sender: Any, **named: Any) -> Any:
        reached: Any = reach(sender, named)
        if reached is nobody:
            return []
        if reached is already:
            return hooks.bare("send")(sender, **named)
        if reached is not None:
            plan, begun, sync_receivers, signal = reached
            responses, at = [], 0
            try:
                for receiver in sync_receivers:
                    if at:
                        go_on(plan, begun, at)
                    response = receiver(signal=signal, sender=sender, **named)
                    responses.append((receiver, response))
                    at += 1
            except BaseException as error:
                has_failed(plan, begun, at, error)
                raise
            over(plan, begun)
            return responses
        turns = hooks.told(sender, named)
        if turns is None:
            return hooks.bare("send")(sender, **named)
        try:
            sync_receivers, async_receivers = hooks.bare("_live_receivers")(sender)
            if async_receivers:
                hooks.asked.turns = turns
                turns.by_library = True
                return hooks.bare("send")(sender, **named)
            responses, signal = [], hooks.watch.emitter()
            for receiver in turns.of(sync_receivers):
                response = receiver(signal=signal, sender=sender, **named)
                responses.append((receiver, response))
            return responses
        except BaseException as error:
            turns.failed(error)
            raise
        finally:
            hooks.asked.turns = None
            turns.over(missed)

    return in_the_place_of(Signal.send, "", send)  # type: ignore[no-any-return]


def _reaching(hooks: SignalHooks, stream: StreamRecorder) -> tuple[Hook, Hook, Hook]:
    """What looks whom a send reaches, and begins to record it in slots; and what goes on with that and ends it.

    None: the general way has to do that. _NOBODY where Django would call nobody and look at nothing, _TOLD where all
    is recorded; else its plan, its first call that runs from now on, the receivers, and the signal.
    """
    watch, known, unheard, spending = hooks.watch, hooks.subscribers.known, hooks.unheard, stream.spending
    sends = sends_into(stream)
    begin, tell_unheard, parts, shown_of = sends.begin, sends.unheard, hooks.senders.parts, hooks.shown
    emitter_of = watch.emitter
    quiet, carries_environ = hooks.quiet, hooks.carries_environ
    as_ever = Signal._live_receivers
    is_own = "_live_receivers" in hooks.before

    def reach(sender: Any, named: dict[str, Any]) -> Any:
        try:
            signal: Any = emitter_of()
            if signal is None or not watch.live:
                return None
            receivers, measured = signal.receivers, None
            if unheard is not None and not receivers and not known:
                if spending.is_on:
                    unheard.sent()
                return _NOBODY
            if not spending.is_hot:
                if not spending.is_on or spending.one_in > 1:
                    return None
                stream.chosen()
                measured = spending.measured()
                if measured is not None:
                    measured.go()
            if hooks.has_changed(receivers):
                hooks.look(signal)
            said, carried = parts(sender, shown_of(named) if carries_environ else named)
            plan = watch.plans.get(id(sender) if said is not None else static_id(sender))
            if plan is None:
                plan = hooks.plan(receivers, sender)
            if not plan.is_plain or plan.looks.left:
                return None
            if not plan.count:
                if not quiet:
                    tell_unheard(plan, said, carried)
                if measured is not None:
                    measured.done(1)
                return _TOLD if receivers else _NOBODY
            if measured is not None:
                measured.halt()
        except Exception as error:
            watch.broke(error)
            return None
        try:
            # Called so where nobody has put another one in its place, it takes a fifth less.
            is_plain = type(signal)._live_receivers is as_ever and not is_own
            found, later = as_ever(signal, sender) if is_plain else hooks.bare("_live_receivers")(sender)
        except Exception:  # Django's, which it raises once more in its own lines
            return None
        if later or len(found) != plan.count:
            return None
        if plan.key_of(found[0]) != plan.only if plan.count == 1 else tuple(map(plan.key_of, found)) != plan.order:
            return None
        if measured is not None:
            measured.go()
        begun = begin(plan, said, carried, measured)
        return None if begun is None else (plan, begun, found, signal)

    return reach, sends.go_on, sends.over


def sending_by_library(hooks: SignalHooks, name: str) -> Hook:
    def send(sender: Any, **named: Any) -> Any:
        turns = hooks.told(sender, named, name == "send_robust")
        if turns is None:
            return hooks.bare(name)(sender, **named)
        hooks.asked.turns = turns
        turns.by_library = True
        try:
            return hooks.bare(name)(sender, **named)
        except BaseException as error:
            turns.failed(error)
            raise
        finally:
            hooks.asked.turns = None
            turns.over(hooks.subscribers.missed)

    return in_the_place_of(getattr(Signal, name), "_live_receivers", send)  # type: ignore[no-any-return]


def sending_async(hooks: SignalHooks, name: str) -> Hook:
    is_of_loop = _is_of_loop  # what is global below is Django's: see `in_the_place_of`

    async def send(sender: Any, **named: Any) -> Any:
        turns = hooks.told(sender, named, name == "asend_robust")
        if turns is None:
            return await hooks.bare(name)(sender, **named)
        hooks.asked.turns = turns  # its first step, which comes now, asks for the receivers
        turns.by_library = True
        try:
            return await hooks.bare(name)(sender, **named)
        except BaseException as error:
            turns.failed(error, is_of_loop(error))
            raise
        finally:
            hooks.asked.turns = None
            turns.over(hooks.subscribers.missed)

    return in_the_place_of(getattr(Signal, name), "_live_receivers", send)  # type: ignore[no-any-return]


def asked_for(hooks: SignalHooks) -> Hook:
    def _live_receivers(sender: Any) -> Any:
        found = hooks.bare("_live_receivers")(sender)
        turns = getattr(hooks.asked, "turns", None)
        hooks.asked.turns = None
        if turns is None:
            return found
        if type(found) is not tuple:  # before Django 5.0
            return turns.of(found)
        blocking, later = found
        return turns.of(blocking) if blocking else blocking, Gathered(turns, later) if later else later

    return _live_receivers


class Gathered(list[Any]):
    """Coroutine functions that Django calls all at once, going through them; and once more, for who gave what."""

    def __init__(self, turns: Turns, receivers: list[Any]) -> None:
        super().__init__(receivers)
        self._turns: Optional[Turns] = turns

    def __iter__(self) -> Iterator[Any]:
        turns, self._turns = self._turns, None
        receivers = super().__iter__()
        return receivers if turns is None else map(turns.later, receivers)


def _is_of_loop(error: BaseException) -> bool:
    """Whether an error came from the receivers that block, which have a thread of their own."""
    steps = _TRACEBACK.__get__(error)
    while steps is not None:
        if steps.tb_frame.f_code.co_name == "sync_send":
            return True
        steps = steps.tb_next
    return False


def _is_own(hooks: SignalHooks, name: str) -> bool:
    return name in hooks.before or getattr(type(hooks.watch.emitter()), name) is not getattr(Signal, name)
