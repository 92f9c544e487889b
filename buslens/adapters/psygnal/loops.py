"""psygnal's own three loops over the slots of a signal, with the same steps, and each turn told.

Their frames say that they are psygnal's: its errors name the first frame that is not. In a compiled signal they stand
at the lines of the source beside it.
"""

from __future__ import annotations

import builtins
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Callable, Optional

from psygnal import _signal
from psygnal._signal import SignalInstance

from buslens.adapters.psygnal.slots import ALIVE
from buslens.adapters.psygnal.turns import FREED, OVERTAKEN
from buslens.watching.call_sites import in_the_place_of

if TYPE_CHECKING:
    from buslens.adapters.psygnal.hooks import SignalHooks

Loop = Callable[[], None]
_MOST_SOURCE = 1 << 20
_MOST_QUEUED: int = getattr(_signal, "RECURSION_LIMIT", 300)


def immediate(hooks: SignalHooks) -> Loop:
    """Each emission at once, also one within another."""
    inner, announced, alive, freed = hooks.inner, hooks.announced, ALIVE, FREED

    def _run_emit_loop_immediate() -> None:
        signal = inner.__self__
        args = signal._emit_queue.popleft()
        turns = announced(signal, args)
        try:
            for slot in list(signal._slots) if alive else signal._slots:
                if alive and not slot._is_alive():
                    turns.passed_over(slot, freed)
                    continue
                run = turns.begin(slot)
                run(args)
                turns.ended()
        except BaseException as error:
            turns.failed(error)
            raise
        turns.over()

    return _run_emit_loop_immediate


def latest_only(hooks: SignalHooks) -> Loop:
    """As `immediate`, but an emission ends where another has begun within it."""
    inner, announced, alive, freed, overtaken = hooks.inner, hooks.announced, ALIVE, FREED, OVERTAKEN

    def _run_emit_loop_latest_only() -> None:
        signal = inner.__self__
        signal._args = args = signal._emit_queue.popleft()
        turns = announced(signal, args)
        try:
            for slot in list(signal._slots) if alive else signal._slots:
                if signal._recursion_depth < signal._max_recursion_depth:
                    turns.over(overtaken)
                    break
                if alive and not slot._is_alive():
                    turns.passed_over(slot, freed)
                    continue
                signal._caller = slot
                run = turns.begin(slot)
                run(args)
                turns.ended()
        except BaseException as error:
            turns.failed(error)
            raise
        turns.over()

    return _run_emit_loop_latest_only


def queued(hooks: SignalHooks) -> Loop:
    """An emission within another waits for its end; its cause is the call that has emitted."""
    inner, announced, alive, freed, most = hooks.inner, hooks.announced, ALIVE, FREED, _MOST_QUEUED

    def _run_emit_loop_queued() -> None:
        signal = inner.__self__
        waiting = signal._emit_queue
        causes: dict[int, int] = {}
        at = 0
        while at < len(waiting):
            args = waiting[at]
            turns = announced(signal, args, causes.pop(at, None))
            try:
                for slot in list(signal._slots) if alive else signal._slots:
                    before = len(waiting)
                    if not alive or slot._is_alive():
                        run = turns.begin(slot)
                        run(args)
                        turns.ended()
                        causes.update((new, turns.call) for new in range(before, len(waiting)))
                    else:
                        turns.passed_over(slot, freed)
                    if len(waiting) > most:
                        raise RecursionError
            except BaseException as error:
                turns.failed(error)
                raise
            turns.over()
            at += 1

    return _run_emit_loop_queued


_LOOPS: dict[str, Callable[[SignalHooks], Loop]] = {
    "_run_emit_loop_immediate": immediate,
    "_run_emit_loop_latest_only": latest_only,
    "_run_emit_loop_queued": queued,
}


def is_known(loop: Any) -> bool:
    """Whether this is one of psygnal's own loops, of a signal that has not one of its own."""
    name, signal = getattr(loop, "__name__", ""), getattr(loop, "__self__", None)
    return name in _LOOPS and getattr(type(signal), name, None) is getattr(SignalInstance, name, loop)


def watched(hooks: SignalHooks) -> Loop:
    """What stands in for the loop of the signal that the hooks are for."""
    name = hooks.inner.__name__
    found: Loop = in_the_place_of(_function(name), "cb", _LOOPS[name](hooks))
    return found


@cache
def _function(name: str) -> Any:
    """psygnal's loop of this name as a function with a place; of a compiled one, made from its source, never called."""
    found = getattr(SignalInstance, name)
    if type(getattr(found, "__code__", None)) is CodeType:
        return found
    try:
        source = Path(_signal.__file__ or "").parent / "_signal.py"
        with source.open("rb") as file:
            code = _code_of(compile(file.read(_MOST_SOURCE), str(source), "exec", dont_inherit=True), name)
    except (OSError, SyntaxError, ValueError):
        return found
    if code is None or code.co_freevars:
        return found
    # A compiled module has no `__builtins__`, without which a function of Python 3.9 knows none.
    return FunctionType(code, {**vars(_signal), "__builtins__": builtins})


def _code_of(code: CodeType, name: str) -> Optional[CodeType]:
    """The code of a function somewhere within this one."""
    for inside in code.co_consts:
        if type(inside) is CodeType:
            found = inside if inside.co_name == name else _code_of(inside, name)
            if found is not None:
                return found
    return None
