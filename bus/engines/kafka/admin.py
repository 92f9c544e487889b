"""What a run asks of a Kafka beside sending and hearing events: topics, offsets, and whether it is there at all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from bus.engines.kafka import names
from bus.errors import UserError

REACH_S = 15.0
"""For a first answer: where a machine has more to do than it can, 5 s are too few."""

ANSWER_S = 10.0
LOOK_S = 0.1
NO_TOPIC = "buslens.is-anybody-there"
"""Asked for, so that not all topics of a large server are listed."""

FINAL = ("refused", "_AUTHENTICATION", "SSL", "_RESOLVE")
"""Waiting would not help."""

MOST_BYTES = 2 * 1024 * 1024
"""Of one event: payloads have half of it at most."""

GROUP_S = 5.0
"""A group can be removed when its members have gone: those of a killed run take their session's time, and this."""


def need_client() -> None:
    """Raises UserError where the client library is missing."""
    try:
        import confluent_kafka  # noqa: F401
    except ImportError:
        raise UserError("the engine kafka needs confluent-kafka", hint="pip install 'buslens[kafka]'") from None


class Admin:
    """Blocks; raises KafkaException of the client where nothing else is said."""

    def __init__(self, url: str) -> None:
        need_client()
        self._url = url
        self._said: list[str] = []
        self.renew()

    def renew(self) -> None:
        """Ask by new clients from now on. Raises UserError where the address is none."""
        from confluent_kafka import Consumer, KafkaException
        from confluent_kafka.admin import AdminClient

        try:
            told: dict[str, Any] = {**names.settings(self._url), "error_cb": self._failed}
            self._client = AdminClient(told)
            # A member of no group. What others ask for is made where it is not there: a consumer only asks.
            self._reader = Consumer({**told, "group.id": "buslens"})
        except KafkaException as error:
            raise UserError(f"Kafka's client cannot use this address: {error.args[0].str()}") from None

    def _failed(self, error: Any) -> None:
        self._said = [*self._said[-20:], f"{error.name()} {error.str()}"]

    def reach(self, patience_s: float = REACH_S) -> str:
        """What is there. Raises UserError with what is wrong, as soon as that is known."""
        self._said = []
        limit = time.monotonic() + patience_s
        while not (count := self._brokers(LOOK_S)):
            self._reader.poll(LOOK_S)
            said = " ".join(self._said)
            if time.monotonic() > limit or any(sign in said for sign in FINAL):
                raise self.why()
        return f"Kafka, {count} broker{'s' if count != 1 else ''}"

    def is_there(self, patience_s: float) -> bool:
        """Whether it answers."""
        self._reader.poll(0)
        return self._brokers(patience_s) > 0

    def why(self) -> UserError:
        """What the client has said of late."""
        return names.why_unreachable(self._said, self._url)

    def _brokers(self, patience_s: float) -> int:
        """How many there are; 0: nobody answers. (`describe_cluster` aborts the process where the server goes away.)"""
        from confluent_kafka import KafkaException

        try:
            return len(self._reader.list_topics(NO_TOPIC, timeout=patience_s).brokers)
        except KafkaException:
            return 0

    def topics(self) -> list[str]:
        """Names of all that are there."""
        return list(self._client.list_topics(timeout=ANSWER_S).topics)

    def make_topic(self, topic: str, partitions: int, most_bytes: int = MOST_BYTES) -> None:
        """Durable, with as many copies as the broker gives by itself."""
        from confluent_kafka import KafkaError, KafkaException
        from confluent_kafka.cimpl import NewTopic

        new = NewTopic(topic, num_partitions=partitions, config={"max.message.bytes": str(most_bytes)})
        try:
            self._client.create_topics([new], request_timeout=ANSWER_S)[topic].result(2 * ANSWER_S)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise

    def ends(self, topics: Sequence[str], partitions: int) -> dict[str, dict[int, tuple[int, int]]]:
        """Of each topic and partition: the first offset, and the one behind the last."""
        from confluent_kafka import TopicPartition

        found: dict[str, dict[int, tuple[int, int]]] = {}
        for topic in topics:
            found[topic] = {number: self._end(TopicPartition(topic, number)) for number in range(partitions)}
        return found

    def _end(self, spot: Any) -> tuple[int, int]:
        """A topic that has just been made is not known everywhere at once."""
        from confluent_kafka import KafkaError, KafkaException

        limit = time.monotonic() + ANSWER_S
        while True:
            try:
                low, high = self._reader.get_watermark_offsets(spot, timeout=ANSWER_S)
                return int(low), int(high)
            except KafkaException as error:
                code = error.args[0].code()
                soon = (KafkaError._UNKNOWN_PARTITION, KafkaError._UNKNOWN_TOPIC, KafkaError.UNKNOWN_TOPIC_OR_PART)
                if code not in (*soon, KafkaError.LEADER_NOT_AVAILABLE) or time.monotonic() > limit:
                    raise
            self._client.poll(LOOK_S)

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        """How far a group has come, by topic and partition; what it has never committed is not there."""
        from confluent_kafka import ConsumerGroupTopicPartitions

        asked = self._client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        found = asked[group].result(ANSWER_S).topic_partitions
        return {(each.topic, each.partition): int(each.offset) for each in found if each.offset >= 0}

    def remove(self, topics: Sequence[str], groups: Sequence[str]) -> None:
        """Those that are there. Raises UserError."""
        from confluent_kafka import KafkaError, KafkaException

        gone = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.GROUP_ID_NOT_FOUND)
        answers: list[Any] = []
        if topics:
            answers += self._client.delete_topics(list(topics), request_timeout=ANSWER_S).values()
        try:
            for answer in answers:
                _unless(answer, gone)
            limit = time.monotonic() + names.session_s(self._url) + GROUP_S
            for group in groups:
                self._remove_group(group, gone, limit)
        except KafkaException as error:
            raise UserError(f"Kafka does not remove what the run made: {error.args[0].str()}") from None

    def _remove_group(self, group: str, gone: Sequence[int], limit: float) -> None:
        from confluent_kafka import KafkaError, KafkaException

        while True:
            try:
                _unless(self._client.delete_consumer_groups([group], request_timeout=ANSWER_S)[group], gone)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.NON_EMPTY_GROUP or time.monotonic() > limit:
                    raise
                self._client.poll(LOOK_S * 2)
            else:
                return


def _unless(answer: Any, codes: Sequence[int]) -> None:
    from confluent_kafka import KafkaException

    try:
        answer.result(2 * ANSWER_S)
    except KafkaException as error:
        if error.args[0].code() not in codes:
            raise
