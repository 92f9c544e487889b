"""Watch a Celery application: what it sends to its workers, what a worker gets and settles, and each run of a task.

A task is run by the function that Celery has made for it and keeps as the task's `__trace__`. While an application is
watched, whoever asks a task for that gets one that also records; what lies in the task stays Celery's own.

The worker's main process gets the messages and tells the broker what became of them; where its pool has processes the
tasks run in those. So the one has the deliveries and the others the calls, each in a capture of its own.
"""

from __future__ import annotations

import weakref
from typing import Any, Callable, ClassVar, Iterable, Mapping, Optional

from celery.app.base import Celery  # type: ignore[import-untyped]
from celery.app.task import Task  # type: ignore[import-untyped]
from kombu.message import Message

from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Flag, Kind
from buslens.statics import found_in_class, instance_dict
from buslens.watching.amqp import DEAD_LETTER
from buslens.watching.bodies import header, noted, payload_of
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.hooks import Hooks
from buslens.watching.methods import Hook, MethodHooks, Subscription
from buslens.watching.naming import HandlerName, describe
from buslens.watching.trace_context import text_of, with_parent

_FOREIGN = int(Flag.FOREIGN)
_ENDS = {"FAILURE": Kind.WORK_FAILED, "REJECTED": Kind.WORK_FAILED, "RETRY": Kind.WORK_RETRIED}
_UNSEEN = (
    "tasks that are called in place (apply(), task_always_eager) go over no broker and are not seen",
    "messages of Celery's protocol 1 do not say in a header what they are: their acknowledgement is not seen",
)


_MOST = 4_096
"""Messages that are remembered until they are settled, and until their task runs in this process."""


class AppHooks(MethodHooks):
    """The hooks of one application."""

    METHODS = ("send_task",)
    CLASSES: ClassVar[tuple[type, ...]] = (Celery,)
    MADE = ("_tasks", "_finalize_mutex", "on_after_fork")

    watch: BrokerWatch

    def __init__(self, emitter: Celery, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, BrokerWatch(emitter, recorder, bus))
        self._names: "dict[str, HandlerName]" = {}
        """By task: those that have run here."""

        self._held: "dict[int, SeenDelivery]" = {}
        """By message: those that this process got and has not settled."""

        self._to_run: "dict[str, SeenDelivery]" = {}
        """By task id: those that it got, and that have not run here."""

        self.hook({"send_task": _sending(self)})

    @classmethod
    def title(cls, emitter: Celery) -> str:
        """Its own name, where it has one."""
        main = vars(emitter).get("main")
        return f"celery {main}" if type(main) is str and main else "celery"

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """A worker sends nothing, but begins with all of its application's tasks."""
        return {Celery: ("send_task", "finalize")}

    def subscriptions(self, emitter: Celery, wait: bool) -> list[Subscription]:
        """Whoever can send a task has its function, but need not run it: a task is told of when it first runs here."""
        return []

    def unseen(self) -> tuple[str, ...]:
        """What happens elsewhere."""
        return _UNSEEN

    def after_fork(self, parent_pid: int) -> None:
        """What the parent has got it settles itself."""
        self._held.clear()
        self._to_run.clear()
        super().after_fork(parent_pid)

    def put_on(self, emitter: Celery) -> None:
        """With the place where its tasks are asked for their `__trace__`, and where messages are settled."""
        super().put_on(emitter)
        RUNS.need(self)

    def take_off(self, emitter: Celery) -> None:
        """Nobody's runs are recorded any more, unless another application is watched."""
        super().take_off(emitter)
        RUNS.release(self)

    def sent(self, dispatch: int, name: str, result: Any, options: "dict[str, Any]") -> None:
        """A task is on its way: its id is known now."""
        try:
            ident = getattr(result, "id", None)
            self.watch.messages.put(f"task {ident}", dispatch)
            queue = options.get("queue")
            headers = {"task-id": ident, "traceparent": (options.get("headers") or {}).get("traceparent")}
            where = queue if type(queue) is str else getattr(queue, "name", None)
            self.watch.sent(dispatch, where or name, f"queue {where}" if where else "", headers)
        except Exception as error:
            self.watch.broke(error)

    def injected(self, options: "dict[str, Any]") -> "dict[str, Any]":
        """The options of a task that is about to be sent, with a trace context where that is asked for."""
        try:
            parent = self.watch.trace_context(header(options.get("headers"), "traceparent") is not None)
            if parent:
                return {**options, "headers": with_parent(options.get("headers"), parent)}
        except Exception as error:
            self.watch.broke(error)
        return options

    def sending(self, name: Any, args: Any = None, kwargs: Any = None, **options: Any) -> int:
        """A task is about to be sent; its dispatch, 0 for none: it may be a further attempt of one that is known."""
        try:
            if options.get("retries") and self.watch.messages.of(f"task {options.get('task_id')}"):
                return 0
            payload = {"args": args or (), "kwargs": kwargs or {}}
            dispatch = self.watch.published(str(name), payload)
            if dispatch and options.get("task_id"):
                self.watch.messages.put(f"task {options['task_id']}", dispatch)
            return dispatch
        except Exception as error:
            self.watch.broke(error)
            return 0

    def refused(self, dispatch: int, name: Any, error: BaseException) -> None:
        """It could not be sent."""
        try:
            self.watch.discarded(dispatch, str(name), f"it was not sent: {type(error).__name__}")
        except Exception as problem:
            self.watch.broke(problem)

    def received(self, message: Any) -> None:
        """A message with a task came to this process, which may run it itself or have it run by another."""
        watch = self.watch
        try:
            if not watch.live or not watch.recorder.enabled or not watch.has_room(0):
                return
            headers, info = message.headers, message.delivery_info or {}
            name, ident = str(headers["task"]), str(headers["id"])
            queue = str(info.get("routing_key") or name)
            told = {
                "task-id": ident,
                "traceparent": headers.get("traceparent"),
                "tracestate": headers.get("tracestate"),
            }
            delivery = watch.delivered(
                name,
                queue,
                f"task {ident}",
                (_arguments(message), "", {"task-id": ident, **told}),
                f"queue {queue}",
                is_called=False,
                least_attempt=int(headers.get("retries") or 0) + 1 + int(bool(info.get("redelivered"))),
            )
            for table in (self._held, self._to_run):
                if len(table) >= _MOST:
                    del table[next(iter(table))]  # type: ignore[arg-type]
            self._held[id(message)] = self._to_run[ident] = delivery
        except Exception as error:
            watch.broke(error)

    def settled(self, message: Any, kind: Kind, *, requeue: bool = False) -> None:
        """The broker was told what became of a message."""
        try:
            delivery = self._held.pop(id(message), None)
            if delivery is None:
                return
            if kind is Kind.ACKNOWLEDGED:
                self.watch.settle(delivery, kind, self._when(message.headers["task"]))
                return
            self.watch.settle(delivery, Kind.REJECTED, "back into its queue" if requeue else "")
            if not requeue:
                self.watch.step(Kind.DEAD_LETTERED, delivery, DEAD_LETTER)
        except Exception as error:
            self.watch.broke(error)

    def knows(self, name: Any) -> bool:
        """Whether the application has a task of this name."""
        emitter = self.watch.emitter()
        return emitter is not None and dict.__contains__(vars(emitter).get("_tasks") or {}, name)

    def _when(self, name: Any) -> str:
        """When Celery acknowledges a task, as it is told to; nothing where it has no such task."""
        emitter = self.watch.emitter()
        task = dict.get(vars(emitter)["_tasks"], name) if emitter is not None else None
        if task is None:
            return ""
        is_late = (instance_dict(task) or {}).get("acks_late", found_in_class(type(task), "acks_late"))
        return "late (acks_late is on)" if is_late else "early (acks_late is off)"

    def begins(self, task: Any, ident: Any, args: Any, kwargs: Any, request: Any) -> Optional[SeenDelivery]:
        """A task is about to run; None where that is not recorded."""
        watch = self.watch
        try:
            if not watch.live or not watch.recorder.enabled or not watch.has_room(1):
                return None
            told = request if type(request) is dict else {}
            info = told.get("delivery_info") or {}
            queue = str(info.get("routing_key") or task.name)
            retries = told.get("retries") or 0
            headers = {"task-id": ident, "traceparent": told.get("traceparent"), "tracestate": told.get("tracestate")}
            delivery = self._to_run.pop(str(ident), None)
            if delivery is not None:  # the message came to this very process
                delivery.call = watch.recorder.next_id()
                watch.messages.traces.carried(delivery.call, text_of(headers["traceparent"]))
            else:
                delivery = watch.joined(
                    task.name,
                    queue,
                    f"task {ident}",
                    ({"args": args, "kwargs": kwargs}, "", headers),
                    least_attempt=int(retries) + 1 + int(bool(info.get("redelivered"))),
                    flags=_FOREIGN,
                )
            worker = str(told.get("hostname") or "")
            watch.step(Kind.WORK_RECEIVED, delivery, noted(worker, headers))
            watch.step(Kind.WORK_STARTED, delivery, worker)
            handler = watch.handler_id(task.name, self._named(task))
            watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt)
            return delivery
        except Exception as error:
            watch.broke(error)
            return None

    def ended(self, task: Any, delivery: SeenDelivery, outcome: Any) -> None:
        """A run is over, as Celery has judged it."""
        watch = self.watch
        try:
            info = getattr(outcome, "info", None)
            state, error = str(getattr(info, "state", "SUCCESS")), getattr(info, "retval", None)
            kind = _ENDS.get(state, Kind.WORK_SUCCEEDED)
            if kind is Kind.WORK_RETRIED and isinstance(getattr(error, "exc", None), BaseException):
                error = error.exc  # type: ignore[union-attr]
            if kind is Kind.WORK_SUCCEEDED or not isinstance(error, BaseException):
                watch.ended(delivery.call)
            else:
                watch.failed(delivery.call, error, self._named(task).plain)
            note = "" if state == "SUCCESS" else state.lower()
            watch.step(kind, delivery, note)
        except Exception as problem:
            watch.broke(problem)

    def _named(self, task: Any) -> HandlerName:
        found = self._names.get(task.name)
        if found is None:
            run = (instance_dict(task) or {}).get("run") or found_in_class(type(task), "run")
            found = self._names[task.name] = describe(run.__func__ if type(run) is staticmethod else run)
            self.watch.subscribed(task.name, found)
        return found


class RunSlot:
    """Stands in the class of all tasks for `__trace__`, which each task keeps in its own `__dict__`, as ever."""

    def __get__(self, task: Any, kind: Any = None) -> Any:
        bare = None if task is None else vars(task).get("__trace__")
        return None if bare is None else _running(task, bare)

    def __set__(self, task: Any, value: Any) -> None:
        vars(task)["__trace__"] = value

    def __delete__(self, task: Any) -> None:
        try:
            del vars(task)["__trace__"]
        except KeyError:
            raise AttributeError("__trace__") from None


class RunSlots:
    """Puts the slot in while somebody is watched, and what tells of messages into their class."""

    def __init__(self) -> None:
        self._needed: "weakref.WeakSet[AppHooks]" = weakref.WeakSet()
        self._slot = RunSlot()
        self._bare = {name: vars(Message)[name] for name in ("__init__", "ack", "reject", "requeue")}
        self._telling = {name: _telling(name, bare, self.of) for name, bare in self._bare.items()}

    def need(self, hooks: AppHooks) -> None:
        """An application is watched."""
        self._needed.add(hooks)
        if vars(Task).get("__trace__", self) is None:
            Task.__trace__ = self._slot
        for name, telling in self._telling.items():
            if vars(Message).get(name) is self._bare[name]:
                setattr(Message, name, telling)

    def release(self, hooks: AppHooks) -> None:
        """It is watched no longer."""
        self._needed.discard(hooks)
        if self._needed:
            return
        if vars(Task).get("__trace__") is self._slot:
            Task.__trace__ = None
        for name, bare in self._bare.items():
            if vars(Message).get(name) is self._telling[name]:
                setattr(Message, name, bare)

    def of(self, message: Any) -> Optional[AppHooks]:
        """Who is watched and has the task of a message; None for one that carries none."""
        name = header(message.headers, "task")
        if type(name) is not str or type(header(message.headers, "id")) is not str:
            return None
        return next((hooks for hooks in list(self._needed) if hooks.knows(name)), None)


def _telling(name: str, bare: Any, hooks_of: Callable[[Any], Optional[AppHooks]]) -> Any:
    """A method of messages that also tells, once Celery's own is through, whoever has the message's task."""

    def telling(message: Any, *args: Any, **kwargs: Any) -> Any:
        found = bare(message, *args, **kwargs)
        hooks = hooks_of(message)
        if hooks is None:
            return found
        if name == "__init__":
            hooks.received(message)
        elif name == "ack":
            if message.acknowledged:  # not where the broker expects no acknowledgement
                hooks.settled(message, Kind.ACKNOWLEDGED)
        else:
            requeue = name == "requeue" or bool(kwargs.get("requeue", args[0] if args else False))
            hooks.settled(message, Kind.REJECTED, requeue=requeue)
        return found

    telling.__name__, telling.__doc__ = name, bare.__doc__
    return telling


def _arguments(message: Any) -> Any:
    """What a task is called with, as far as its body is text: nothing is unpickled here."""
    body = payload_of(message.body, message.content_type)
    is_told = type(body) is list and len(body) == 3  # protocol 2: arguments, keywords, and what is to follow
    return {"args": body[0], "kwargs": body[1]} if is_told else body


RUNS = RunSlots()
"""Of this process."""


def _sending(hooks: AppHooks) -> Hook:
    def send_task(*args: Any, **kwargs: Any) -> Any:
        kwargs = hooks.injected(kwargs)
        dispatch = hooks.sending(*args, **kwargs)
        try:
            result = hooks.bare("send_task")(*args, **kwargs)
        except BaseException as error:
            if dispatch:
                hooks.refused(dispatch, args[0] if args else kwargs.get("name"), error)
            raise
        if dispatch:
            hooks.sent(dispatch, str(args[0] if args else kwargs.get("name")), result, kwargs)
        return result

    return in_the_place_of(Celery.send_task, "", send_task)  # type: ignore[no-any-return]


def _running(task: Any, bare: Any) -> Any:
    def trace_task(uuid: Any, args: Any, kwargs: Any, request: Any = None) -> Any:
        hooks = AppHooks.of(task.app)
        delivery = hooks.begins(task, uuid, args, kwargs, request) if hooks is not None else None
        if hooks is None or delivery is None:
            return bare(uuid, args, kwargs, request)
        token = CALL.set(delivery.call)
        try:
            outcome = bare(uuid, args, kwargs, request)
        except BaseException as error:
            hooks.watch.failed(delivery.call, error, False)
            raise
        finally:
            CALL.reset(token)
        hooks.ended(task, delivery, outcome)
        return outcome

    return trace_task


HOOKS: type[Hooks] = AppHooks
