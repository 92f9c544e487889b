"""Hooks of buses whose events are objects with an id, which wait in the bus until its own loop calls their handlers.

Such a bus knows by itself which event came of which (`event_parent_id`): what it says is kept, also where it says that
an event which a handler has emitted came of none.
"""

from __future__ import annotations

from contextvars import Token
from types import TracebackType
from typing import Any, ClassVar, Hashable, Iterable, Optional

from buslens.context import CALL, CAUSE_UNKNOWN
from buslens.statics import instance_dict, member, pairs
from buslens.watching.methods import Hook, MethodHooks
from buslens.watching.naming import HandlerName, describe
from buslens.watching.watch import Watch

_MOST_WAITING = 16384
_MOST_FIELDS = 256
_OWN = "event_"
"""How the names of the bus's own fields of an event begin."""

_PUT = "put_nowait"

LEFT_OUT = "its bus left it out: it has it already, or the event would go round in a circle"

KeyedHandler = tuple[Hashable, Any]
"""A handler and what its bus tells it by from others."""


class WaitingEvent:
    """One event on one bus, until all of its handlers were called."""

    __slots__ = ("dispatch", "event_type", "left")

    def __init__(self, dispatch: int, event_type: str, left: dict[Hashable, tuple[int, HandlerName]]) -> None:
        self.dispatch = dispatch
        self.event_type = event_type
        self.left = left
        """Interned id and name of the handlers whose turn has not come, by their keys."""


class EventBusHooks(MethodHooks):
    """The hooks of one such bus. An adapter says when an event came, when a handler is called, and when all were."""

    QUEUE: ClassVar[str] = ""
    """The attribute with the queue that the bus has while it runs: what is put there was emitted."""

    def __init__(self, emitter: Any, watch: Watch) -> None:
        super().__init__(emitter, watch)
        self.waiting: dict[str, WaitingEvent] = {}
        """By the event's id."""

        self._put = self._putting()

    def came(self, event: Any) -> None:
        """An event is in the queue: to be told by `emitted`."""
        raise NotImplementedError

    def queue_hooks(self, start: str, process: str) -> dict[str, Hook]:
        """Hooks for the methods of these names, which make the queue, and await all handlers of an event from it."""
        return {start: self._starting(start), process: self._processing(process)}

    def put_on(self, emitter: Any) -> None:
        super().put_on(emitter)
        self._listen(emitter)

    def take_off(self, emitter: Any) -> None:
        super().take_off(emitter)
        own = instance_dict(member(emitter, self.QUEUE)) or {}
        if own.get(_PUT) is self._put:
            del own[_PUT]

    def emitted(self, event: Any, handlers: Iterable[KeyedHandler], current: Any) -> None:
        """The bus has taken an event, for these handlers as it is now. current: the event whose handler runs here."""
        watch = self.watch
        try:
            name, ident = member(event, "event_type"), member(event, "event_id")
            told = {key: self.named_handler(name, handler) for key, handler in handlers}
            if not watch.live or not watch.recorder.enabled or not watch.has_room(len(told)):
                return
            payload = watch.recorder.snapshot(data_of(event))
            dispatch = watch.emitted(watch.event_id(name), len(told), payload, self._cause(event, current))
            while len(self.waiting) >= _MOST_WAITING:
                self.waiting.pop(next(iter(self.waiting)), None)
            self.waiting[ident] = WaitingEvent(dispatch, name, told)
        except Exception as error:
            watch.broke(error)

    def turn(self, event: Any, key: Hashable, handler: Any) -> Turn:
        """Around the call of one handler of an event."""
        try:
            waiting = self.waiting.get(member(event, "event_id"))
            if waiting is not None:
                told = waiting.left.pop(key, None) or self.named_handler(waiting.event_type, handler)
                return Turn(self, waiting.dispatch, *told)
        except Exception as error:
            self.watch.broke(error)
        return Turn(self, 0, 0, HandlerName(""))

    def over(self, event: Any, why: str = LEFT_OUT) -> None:
        """All handlers of an event were called that will be. why: nobody called the others."""
        waiting = self.waiting.pop(member(event, "event_id"), None)
        if waiting is not None and waiting.left:
            self.watch.skipped(waiting.dispatch, [handler for handler, _ in waiting.left.values()], note=why)

    def _listen(self, emitter: Any) -> None:
        own = instance_dict(member(emitter, self.QUEUE))
        if own is not None and _PUT not in own:
            own[_PUT] = self._put

    def _starting(self, start: str) -> Hook:
        def _start() -> None:
            self.bare(start)()
            emitter = self.watch.emitter()
            if emitter is not None and self.watch.is_on:
                self._listen(emitter)

        return _start

    def _putting(self) -> Hook:
        def put_nowait(item: Any) -> None:
            queue = member(self.watch.emitter(), self.QUEUE)
            type(queue).put_nowait(queue, item)
            if self.watch.live:
                self.came(item)

        return put_nowait

    def _processing(self, process: str) -> Hook:
        async def process_event(event: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                result = await self.bare(process)(event, *args, **kwargs)
            except BaseException as error:
                self.over(event, f"its bus gave the event up: {type(error).__name__}")
                raise
            self.over(event)
            return result

        return process_event

    def after_fork(self, parent_pid: int) -> None:
        self.waiting.clear()
        super().after_fork(parent_pid)

    def _cause(self, event: Any, current: Any) -> int:
        parent = member(event, "event_parent_id")
        if current is None or current is event or parent == member(current, "event_id"):
            return self.watch.cause()
        return 0 if parent is None else CAUSE_UNKNOWN

    def named_handler(self, event_type: str, handler: Any) -> tuple[int, HandlerName]:
        """Interned id and name of a handler of a type of event."""
        name = describe(handler)
        return self.watch.handler_id(event_type, name), name


class Turn:
    """One call of one handler, from where it is entered until it is left."""

    __slots__ = ("_call", "_dispatch", "_handler", "_hooks", "_name", "_token")

    def __init__(self, hooks: EventBusHooks, dispatch: int, handler: int, name: HandlerName) -> None:
        """dispatch: 0 where nothing is to be told."""
        self._hooks = hooks
        self._dispatch = dispatch
        self._handler = handler
        self._name = name
        self._call = 0
        self._token: Optional[Token[Optional[int]]] = None

    def __enter__(self) -> None:
        if self._dispatch and self._hooks.watch.live:
            self._call = self._hooks.watch.recorder.next_id()
            self._hooks.watch.started(self._call, self._dispatch, self._handler)
            self._token = CALL.set(self._call)

    def __exit__(self, kind: Any, error: Optional[BaseException], steps: Optional[TracebackType]) -> None:
        if self._token is None:
            return
        try:
            CALL.reset(self._token)
        except (ValueError, RuntimeError):
            pass  # it was closed in another context, which was never changed
        if error is None:
            self._hooks.watch.ended(self._call)
        else:
            self._hooks.watch.failed(self._call, error, self._name.plain)


def data_of(event: Any) -> dict[str, Any]:
    """What an event carries beside the fields that its bus keeps in it."""
    fields = pairs(instance_dict(event) or {}, _MOST_FIELDS)
    more = member(event, "__pydantic_extra__")
    if type(more) is dict:
        fields += pairs(more, _MOST_FIELDS)
    return {name: value for name, value in fields if type(name) is str and not name.startswith(_OWN)}
