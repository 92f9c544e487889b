"""The same steps on a Kafka server and on its model, and whether producers and members of a group see the same."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from hypothesis import strategies as st

from bus.models.kafka import CommittedOffset, KafkaModel, LogRecord
from tests.helpers.patience import PATIENCE_S, wait_until

PARTITIONS = 3
TOPIC, GROUP = "t", "g"
MEMBERS = ("one", "two")
LOOK_S = 0.02

Step = tuple[str, str, int]
"""What is done, with which key or by which member, and how many or how far."""

STEPS = st.one_of(
    st.tuples(st.just("produce"), st.sampled_from(("k", "l", "m", "n")), st.integers(1, 4)),
    st.tuples(
        st.sampled_from(("join", "read", "commit", "commit", "leave")), st.sampled_from(MEMBERS), st.integers(0, 3)
    ),
)
BEGIN: list[Step] = [("join", "one", 0), ("produce", "k", 2), ("produce", "m", 2), ("commit", "one", 1)]
SCENARIOS = st.lists(STEPS, min_size=6, max_size=12).map(lambda steps: [*BEGIN, *steps])


class BothKafkas:
    """Of one scenario: one topic, one group."""

    def __init__(self, settings: dict[str, Any], model: KafkaModel[str]) -> None:
        """model: one to which is said who gets what, as the real group has shared it out."""
        self.compared: Counter[str] = Counter()
        """By outcome: how often the server's and the model's were the same."""

        self._settings, self._model = settings, model
        name = f"buslens-test-{secrets.token_hex(4)}"
        self._topic, self._group = f"{name}.t", f"{name}.g"
        self._members: dict[str, Consumer] = {}
        self._heard: dict[str, dict[int, list[LogRecord[str]]]] = {}
        """By member and partition: what the server has sent and is not compared yet."""

        self._read: dict[str, dict[int, int]] = {}
        """By member and partition: how far it has come with what was compared."""

        self._seen: set[tuple[int, int]] = set()
        self._numbers = 0

    def compare(self, steps: Sequence[Step]) -> None:
        """Raises AssertionError after the first step that they see differently."""
        admin = AdminClient(self._settings)
        admin.create_topics([NewTopic(self._topic, PARTITIONS, 1)])[self._topic].result(PATIENCE_S)
        self._model.make(TOPIC, PARTITIONS)
        self._producer = Producer({**self._settings, "enable.idempotence": True})
        try:
            for step, what, how in steps:
                self._do(step, what, how)
            for member in self._members:
                self._agree_on_what_is_read(member)
            self._agree_on_what_is_committed()
        finally:
            for consumer in self._members.values():
                consumer.close()
            admin.delete_topics([self._topic])[self._topic].result(PATIENCE_S)

    def _do(self, step: str, what: str, how: int) -> None:
        match step:
            case "produce":
                for _ in range(how):
                    self._produce(what)
            case "join" if what not in self._members:
                self._join(what)
            case "leave" if what in self._members:
                self._agree_on_what_is_read(what)
                self._members.pop(what).close()
                self._model.leave(GROUP, what)
                self._share_out()
            case "read" if what in self._members:
                self._agree_on_what_is_read(what)
            case "commit" if what in self._members:
                self._agree_on_what_is_read(what)
                self._commit(what, how)

    def _produce(self, key: str) -> None:
        self._numbers += 1
        places: list[tuple[int, int]] = []
        self._producer.produce(
            self._topic,
            str(self._numbers),
            key=key,
            on_delivery=lambda error, message: places.append((message.partition(), message.offset())),
        )
        self._producer.flush(PATIENCE_S)
        assert places == [self._model.produce(TOPIC, key, str(self._numbers))]
        self.compared["confirmed, with its partition and offset"] += 1

    def _join(self, name: str) -> None:
        member = self._members[name] = Consumer(
            {
                **self._settings,
                "group.id": self._group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "session.timeout.ms": 6_000,
                "heartbeat.interval.ms": 100,
                "partition.assignment.strategy": "cooperative-sticky",
                "fetch.wait.max.ms": 20,
                "topic.metadata.refresh.interval.ms": 500,
            }
        )
        self._heard[name], self._read[name] = defaultdict(list), {}
        for other in self._members:
            if other != name:
                self._agree_on_what_is_read(other)
        member.subscribe([self._topic])
        self._model.join(GROUP, name, TOPIC)
        self._share_out()

    def _share_out(self) -> None:
        """Until the group has done so: all partitions, none twice, as evenly as the model has it."""
        if not self._members:
            return
        sizes = sorted(map(len, self._model.wanted(GROUP).values()))

        def is_done() -> bool:
            for name in self._members:
                self._poll(name)
            found = self._assigned()
            everything = sorted(number for numbers in found.values() for number in numbers)
            return everything == list(range(PARTITIONS)) and sorted(map(len, found.values())) == sizes

        wait_until(is_done, self._assigned, pause_s=LOOK_S)
        self._model.assign(
            GROUP, {name: {(TOPIC, number) for number in numbers} for name, numbers in self._assigned().items()}
        )
        self.compared["shared out, evenly"] += 1

    def _assigned(self) -> dict[str, set[int]]:
        return {name: {each.partition for each in member.assignment()} for name, member in self._members.items()}

    def _poll(self, name: str) -> None:
        for message in self._members[name].consume(100, LOOK_S):
            if message.error() is not None:  # the topic is so new that this client has not heard of it
                assert message.error().code() == KafkaError.UNKNOWN_TOPIC_OR_PART, message.error()
                continue
            self._heard[name][message.partition()].append(
                LogRecord(TOPIC, message.partition(), message.offset(), message.value().decode())
            )

    def _agree_on_what_is_read(self, name: str) -> None:
        """In each partition the same records, in the same order."""
        expected: dict[int, list[LogRecord[str]]] = defaultdict(list)
        for record in self._model.fetch(GROUP, name):
            expected[record.partition].append(record)
        many = sum(map(len, expected.values()))

        def is_here() -> bool:
            self._poll(name)
            return sum(map(len, self._heard[name].values())) >= many

        wait_until(is_here, lambda: (name, expected, self._heard[name]), pause_s=LOOK_S, patience_s=PATIENCE_S / 6)
        heard = {number: records for number, records in self._heard[name].items() if records}
        assert heard == dict(expected), name
        for number, records in expected.items():
            self._read[name][number] = records[-1].offset + 1
            for record in records:
                is_new = (number, record.offset) not in self._seen
                self._seen.add((number, record.offset))
                self.compared["delivered" if is_new else "delivered again"] += 1
        self._heard[name].clear()

    def _commit(self, name: str, back: int) -> None:
        """What it has read, but for the last few of each partition."""
        here = {number for _, number in self._model.assigned(GROUP, name)}
        what = {
            number: CommittedOffset(max(self._model.committed(GROUP, (TOPIC, number)).offset, behind - back), f"{back}")
            for number, behind in self._read[name].items()
            if number in here
        }
        if not what:
            return
        self._members[name].commit(
            offsets=[TopicPartition(self._topic, number, *said) for number, said in what.items()], asynchronous=False
        )
        assert self._model.commit(GROUP, name, {(TOPIC, number): said for number, said in what.items()})

    def _agree_on_what_is_committed(self) -> None:
        asking = Consumer({**self._settings, "group.id": self._group})
        found = asking.committed([TopicPartition(self._topic, number) for number in range(PARTITIONS)], PATIENCE_S)
        asking.close()
        for each in found:
            said = self._model.committed(GROUP, (TOPIC, each.partition))
            assert (max(0, each.offset), each.metadata or "") == said
            self.compared["committed, with what is said beside it"] += 1
