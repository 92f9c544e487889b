"""What becomes of a message that a producer of aiokafka has taken: told by the future that it gives."""

from __future__ import annotations

from typing import Any

from buslens.watching.broker_watch import BrokerWatch
from buslens.watching.kafka import headers_of, ident_of, place_of

_MAY_HAVE_IT = ("KafkaTimeoutError", "UnknownError")
"""Errors after which the broker may have a message, beside those after which aiokafka tries again."""


class Report:
    """Hears of one message. Looks at the future without asking it: an error that nobody asked for is warned about."""

    __slots__ = ("_bus", "_dispatch", "_headers", "_topic", "_watch")

    def __init__(self, watch: BrokerWatch, bus: str, dispatch: int, topic: str, headers: Any) -> None:
        self._watch = watch
        self._bus = bus
        self._dispatch = dispatch
        self._topic = topic
        self._headers = headers_of(headers)

    def __call__(self, future: Any) -> None:
        try:
            if not future.cancelled():
                self._tell(future._exception, future._result)
        except Exception as error:
            self._watch.broke(error)

    def follow(self, future: Any) -> None:
        """Hear when the future is done; now, where it is."""
        if future.done():
            self(future)
        else:
            future.add_done_callback(self)

    def refused(self, error: BaseException) -> None:
        """The producer has not taken it."""
        why = f"it was not sent: {type(error).__name__}"
        self._watch.discarded(self._dispatch, self._topic, why)

    def _tell(self, error: Any, found: Any) -> None:
        watch, dispatch, topic = self._watch, self._dispatch, self._topic
        if error is not None:
            if not getattr(error, "retriable", True) and type(error).__name__ not in _MAY_HAVE_IT:
                watch.discarded(dispatch, topic, f"the broker has refused it: {type(error).__name__}")
        elif found is None:  # acks=0
            watch.sent(dispatch, topic, f"topic {topic}", self._headers)
        else:
            watch.messages.put(ident_of(self._bus, topic, found.partition, found.offset), dispatch)
            place = f"topic {topic}, {place_of(found.partition, found.offset)}"
            watch.confirmed(dispatch, topic, place, self._headers)
            watch.enqueued(dispatch, topic, "")
