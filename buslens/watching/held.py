"""Calls that whoever made the loop holds before their first step, and calls made once more for an earlier dispatch.

For the application's own engines; in a program that is watched for calls that a person holds (buslens.control.breaks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional

from buslens.watching.calls import CallCoroutine, WatchedHandler
from buslens.watching.naming import describe
from buslens.watching.pending import Begin

if TYPE_CHECKING:
    from buslens.watching.watch import Watch


def begin_of(coroutine: Any) -> Optional[Begin]:
    """Dispatch, handler and attempt of a handler's coroutine that has not begun; None where nobody watches it."""
    watch, call = getattr(coroutine, "_watch", None), getattr(coroutine, "_call", 0)
    pending = None if watch is None else watch.waiting.get(call)
    return None if pending is None else pending[0]


def call_of(coroutine: Any) -> int:
    """Id of the call that such a coroutine is."""
    return int(coroutine._call)


def never_begins(coroutine: Any) -> None:
    """It is closed, and whoever closes it tells why its handler was not called: there was no call."""
    coroutine._watch.waiting.pop(coroutine._call, None)
    coroutine.close()


def with_arguments(coroutine: Any, handler: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """The same call of a coroutine function with other arguments: what may begin in place of such a coroutine.

    Raises TypeError where the handler does not take these.
    """
    return CallCoroutine(handler(*args), coroutine._watch, coroutine._call, describe(handler).plain)


def discard(coroutine: Any) -> None:
    """Another one is begun in its place: nothing is told of it."""
    coroutine._ended = True
    coroutine._coroutine.close()


def once_more(coroutine: Any, handler: Callable[..., Any]) -> Callable[..., Any]:
    """What calls a handler another time for the dispatch of such a coroutine, and records that as a call of its own."""
    begin = begin_of(coroutine)
    assert begin is not None, "its call has not begun"
    dispatch, handler_id, _ = begin
    watch = coroutine._watch
    return WatchedHandler(handler, watch, dispatch, watch.recorder.next_id(), handler_id, describe(handler))


def another_call(
    watch: Watch, handler: Callable[..., Any], event: str, dispatch: int, attempt: int
) -> tuple[Callable[..., Any], int, int]:
    """What calls a subscribed handler again for a dispatch that is over, as this attempt; its interned name; its id."""
    name = describe(handler)
    handler_id, call = watch.handler_id(event, name), watch.recorder.next_id()
    again = WatchedHandler(handler, watch, dispatch, call, handler_id, name)
    again._attempt = attempt - 1
    return again, handler_id, call
