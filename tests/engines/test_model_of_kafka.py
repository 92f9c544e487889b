"""The model of Kafka does what Kafka does: the same random steps on both, compared after each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bus.models.kafka import CommittedOffset, KafkaModel, TopicPartition
from tests.helpers import kafka as kafka_help

both = pytest.importorskip("tests.helpers.both_kafkas", reason="the client of Kafka is not installed")


@settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_producers_and_members_see_the_same_of_both(kafka: Any, data: Any) -> None:
    """Partitions and offsets, what members of a group read, in order, and what is read again after they leave."""
    both.BothKafkas(kafka_help.settings(), KafkaModel(shares_out=False)).compare(data.draw(both.SCENARIOS))


class OneBehind(KafkaModel[str]):
    """What is committed is read again."""

    def commit(self, group: str, member: str, offsets: Mapping[TopicPartition, CommittedOffset]) -> bool:
        before = {spot: CommittedOffset(max(0, said.offset - 1), said.metadata) for spot, said in offsets.items()}
        return super().commit(group, member, before)


STEPS = [("produce", "k", 2), ("join", "one", 0), ("commit", "one", 0)]


def test_a_model_that_does_not_is_found(kafka: Any) -> None:
    with pytest.raises(AssertionError):
        both.BothKafkas(kafka_help.settings(), OneBehind(shares_out=False)).compare(STEPS)
