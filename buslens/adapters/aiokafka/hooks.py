"""The hooks of one producer or consumer."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Mapping, Optional

from aiokafka.consumer import AIOKafkaConsumer
from aiokafka.producer import AIOKafkaProducer

from buslens.adapters.aiokafka.reading import Reading
from buslens.adapters.aiokafka.sending import Report
from buslens.recorder import Recorder
from buslens.statics import member
from buslens.watching.broker_watch import BrokerWatch
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.kafka import cluster_of, headers_of
from buslens.watching.methods import Hook, MethodHooks, Subscription

_SENDING = ("send", "send_batch")
_SEND = ("topic", "value", "key", "partition", "timestamp_ms", "headers")
_READING = ("getone", "getmany")
_BATCHES = "the messages of batches that a program puts together itself (create_batch) are not seen"


class ClientHooks(MethodHooks):
    """The hooks of one client."""

    METHODS = ("stop", *_SENDING, *_READING)
    CLASSES: ClassVar[tuple[type, ...]] = (AIOKafkaProducer, AIOKafkaConsumer)
    MADE = ("_loop", "_closed")

    watch: BrokerWatch

    def __init__(self, emitter: Any, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, BrokerWatch(emitter, recorder, bus))
        self.bus = self.shared_bus(emitter)
        self.reading: Optional[Reading] = None
        if isinstance(emitter, AIOKafkaConsumer):
            self.reading = Reading(self.watch, self.bus, member(emitter, "_group_id"))
            self.hook(_reading(self, self.reading))
        else:
            self.hook(_sending(self))

    @classmethod
    def shared_bus(cls, emitter: Any) -> str:
        """All clients that were told of the same servers are one bus."""
        client = member(emitter, "client") or member(emitter, "_client")
        return cluster_of(member(client, "_bootstrap_servers"))

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """Each kind by its own methods."""
        return {AIOKafkaProducer: ("start", *_SENDING), AIOKafkaConsumer: ("start", *_READING)}

    @classmethod
    def missing(cls, emitter: Any) -> "list[str]":
        """Of its kind."""
        wanted = _READING if isinstance(emitter, AIOKafkaConsumer) else _SENDING
        return sorted(name for name in ("stop", *wanted) if not callable(getattr(emitter, name, None)))

    def subscriptions(self, emitter: Any, wait: bool) -> Iterable[Subscription]:
        """Whoever reads is told of when a message is given to it."""
        return ()

    def take_off(self, emitter: Any) -> None:
        """With the hook on what commits."""
        super().take_off(emitter)
        if self.reading is not None:
            self.reading.take_off()

    def takes(self, topic: Any, value: Any = None, *rest: Any, headers: Any = None, **_: Any) -> Optional[Report]:
        """A message is about to be taken, to be sent; None where that is not recorded."""
        try:
            found = headers if headers is not None else rest[3] if len(rest) > 3 else None
            dispatch = self.watch.published(str(topic), value)
            self.watch.carries(dispatch, str(topic), headers_of(found).get("traceparent"))
            return Report(self.watch, self.bus, dispatch, str(topic), found) if dispatch else None
        except Exception as error:
            self.watch.broke(error)
            return None

    def injected(self, args: Any, kwargs: Any) -> "tuple[Any, Any]":
        """The arguments of a send, with a trace context for the message where that is asked for."""
        try:
            if self.watch.messages.traces.injects:
                given = {**dict(zip(_SEND, args)), **kwargs}  # noqa: B905  Python 3.9
                headers = list(given.get("headers") or ())
                parent = self.watch.trace_context("traceparent" in headers_of(headers) or self._has_no_headers())
                if parent:
                    return (), {**given, "headers": [*headers, ("traceparent", parent.encode())]}
        except Exception as error:
            self.watch.broke(error)
        return args, kwargs

    def _has_no_headers(self) -> bool:
        """Whether the cluster is older than headers are: aiokafka before 0.13 raises then, and knows it."""
        client = member(self.watch.emitter(), "client")
        version = member(client, "_api_version")
        return version is not None and (type(version) is not tuple or version < (0, 11))

    def took(self, report: Report, future: Any) -> None:
        """It was taken; the future says what became of it."""
        try:
            report.follow(future)
        except Exception as error:
            self.watch.broke(error)

    def refused(self, report: Report, error: BaseException) -> None:
        """It was not taken."""
        try:
            report.refused(error)
        except Exception as problem:
            self.watch.broke(problem)


def _sending(hooks: ClientHooks) -> "dict[str, Hook]":
    batches = _BATCHES

    async def send(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = hooks.injected(args, kwargs)
        report = hooks.takes(*args, **kwargs)
        try:
            future = await hooks.bare("send")(*args, **kwargs)
        except BaseException as error:
            if report is not None:
                hooks.refused(report, error)
            raise
        if report is not None:
            hooks.took(report, future)
        return future

    async def send_batch(*args: Any, **kwargs: Any) -> Any:
        hooks.watch.cannot_see(batches)
        return await hooks.bare("send_batch")(*args, **kwargs)

    async def stop() -> Any:
        return await hooks.bare("stop")()

    made = {"send": send, "send_batch": send_batch, "stop": stop}
    return {name: in_the_place_of(getattr(AIOKafkaProducer, name), "", hook) for name, hook in made.items()}


def _reading(hooks: ClientHooks, reading: Reading) -> "dict[str, Hook]":
    async def getone(*partitions: Any) -> Any:
        reading.asked()
        record = await hooks.bare("getone")(*partitions)
        reading.given(hooks.watch.emitter(), record)
        return record

    async def getmany(*partitions: Any, **kwargs: Any) -> Any:
        reading.asked()
        records = await hooks.bare("getmany")(*partitions, **kwargs)
        reading.given_many(hooks.watch.emitter(), records)
        return records

    async def stop() -> Any:
        reading.left()
        return await hooks.bare("stop")()

    made = {"getone": getone, "getmany": getmany, "stop": stop}
    return {name: in_the_place_of(getattr(AIOKafkaConsumer, name), "", hook) for name, hook in made.items()}
