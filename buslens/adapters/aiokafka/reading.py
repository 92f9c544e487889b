"""What a consumer of aiokafka is given, whose call it is handled in, and what its group has committed of it."""

from __future__ import annotations

import asyncio
from typing import Any, Optional

from buslens.records import Flag, Kind
from buslens.statics import instance_dict, member
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.kafka import Uncommitted, headers_of, ident_of, place_of
from buslens.watching.loop_calls import LoopCalls, loop_name
from buslens.watching.naming import HandlerName

_LIBRARIES = ("aiokafka.", "asyncio.", "buslens.")
_ALONE = ("getone", "__anext__")
_COMMIT = "_do_commit_offsets"
_UNCOMMITTED = "which messages are committed with this version of aiokafka"


class Reading:
    """One consumer."""

    def __init__(self, watch: BrokerWatch, bus: str, group: Any) -> None:
        self._watch = watch
        self._bus = bus
        self._group = group if type(group) is str else ""
        self._uncommitted = Uncommitted(watch)
        self._loop = LoopCalls(HandlerName("loop"), watch, int(Flag.ASYNC))
        self._known: "set[tuple[str, HandlerName]]" = set()
        self._coordinator: Optional[Any] = None
        self._hook: Any = None

    def asked(self) -> None:
        """The next message is asked for: the one before is handled."""
        try:
            self._loop.over()
        except Exception as error:
            self._watch.broke(error)

    def given(self, consumer: Any, record: Any) -> None:
        """One message is about to be given to whoever asked."""
        try:
            # Asked for by a task of its own, such as that of `wait_for`: whose work it is, nobody says.
            is_called = not _is_alone()
            delivery = self._delivered(consumer, record, is_called, "")
            if delivery is not None and is_called:
                self._loop.name = name = loop_name(record.topic, _LIBRARIES, is_async=True)
                if (record.topic, name) not in self._known:
                    self._known.add((record.topic, name))
                    self._watch.subscribed(record.topic, name)
                self._loop.begin(delivery)
        except Exception as error:
            self._watch.broke(error)

    def given_many(self, consumer: Any, records: Any) -> None:
        """Messages are about to be given together: which of them is handled when, nobody says."""
        try:
            for batch in records.values():
                for record in batch:
                    self._delivered(consumer, record, False, f", one of {len(batch)}")
        except Exception as error:
            self._watch.broke(error)

    def left(self) -> None:
        """The consumer is stopped."""
        try:
            self._loop.leave()
            for topic, name in self._known:
                self._watch.unsubscribed(topic, name)
            self._known.clear()
        except Exception as error:
            self._watch.broke(error)

    def committed(self, offsets: Any) -> None:
        """The group has read up to here."""
        try:
            self._uncommitted.commit((spot.topic, spot.partition, upto.offset) for spot, upto in offsets.items())
        except Exception as error:
            self._watch.broke(error)

    def take_off(self) -> None:
        """Leave the consumer's coordinator as it was."""
        self._loop.let_go()
        own = instance_dict(self._coordinator) if self._coordinator is not None else None
        if own is not None and own.get(_COMMIT) is self._hook:
            del own[_COMMIT]
        self._coordinator = None

    def _delivered(self, consumer: Any, record: Any, is_called: bool, note: str) -> Optional[SeenDelivery]:
        watch = self._watch
        if not watch.live or not watch.recorder.enabled:
            return None
        self._follow(member(consumer, "_coordinator"))
        topic, partition, offset = record.topic, record.partition, record.offset
        queue = f"{topic} of {self._group}" if self._group else topic
        ident, message = ident_of(self._bus, topic, partition, offset), (record.value, "", headers_of(record.headers))
        place = f"topic {topic}, {place_of(partition, offset)}{note}"
        delivery = watch.delivered(topic, queue, ident, message, place, is_called=is_called)
        if self._group:
            self._uncommitted.hold(topic, partition, offset, delivery)
        else:
            watch.settle(delivery, Kind.ACKNOWLEDGED, "by its delivery alone: without a group nothing is committed")
        return delivery

    def _follow(self, coordinator: Any) -> None:
        """Hear what it commits, for the program or by itself."""
        if coordinator is self._coordinator or not self._group:
            return
        self._coordinator = coordinator
        own, bare = instance_dict(coordinator), getattr(type(coordinator), _COMMIT, None)
        if own is None or bare is None or _COMMIT in own:
            self._watch.cannot_see(_UNCOMMITTED)
            return
        own[_COMMIT] = self._hook = _committing(self, coordinator, bare)


def _is_alone() -> bool:
    task = asyncio.current_task()
    return task is not None and getattr(task.get_coro(), "__name__", "") in _ALONE


def _committing(reading: Reading, coordinator: Any, bare: Any) -> Any:
    own = bare.__get__(coordinator)

    async def _do_commit_offsets(assignment: Any, offsets: Any) -> Any:
        result = await own(assignment, offsets)
        reading.committed(offsets)
        return result

    return in_the_place_of(bare, "", _do_commit_offsets)
