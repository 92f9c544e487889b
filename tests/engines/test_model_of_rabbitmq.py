"""The model of RabbitMQ does what RabbitMQ does: the same random steps on both, compared after each of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bus.models.rabbitmq import QuorumQueue, RabbitModel, StoredMessage
from tests.helpers.both_rabbits import LIMITS, SCENARIOS, BothRabbits, Step


@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=SCENARIOS, prefetch=st.integers(1, 3), limit=LIMITS)
def test_every_client_sees_the_same_of_both(rabbitmq: Any, steps: list[Step], prefetch: int, limit: int | None) -> None:
    """Deliveries in order, their counts, confirms, what comes back, dead letters, and what is left in the queues."""
    asyncio.run(BothRabbits(rabbitmq.url, RabbitModel(), prefetch=prefetch, limit=limit).compare(steps))


class ToTheEnd(RabbitModel[str]):
    """What comes back is delivered behind all else: as no quorum queue with a limit does it."""

    def _put_back(self, queue: QuorumQueue[str], message: StoredMessage[str]) -> None:
        queue.ready.append(message)


class NotCounted(RabbitModel[str]):
    """What a vanished client had is delivered as if nothing had been."""

    def close(self, channel: str) -> None:
        for _, message in self._channels[channel].unsettled.values():
            message.count -= 1
        super().close(channel)


TURNED_BACK: list[Step] = [("publish", "a", 3), ("consume", "first", "a"), ("requeue", "first", 0)]
VANISHED: list[Step] = [
    ("publish", "a", 2),
    ("consume", "first", "a"),
    ("vanish", "first", 0),
    ("consume", "second", "a"),
]


@pytest.mark.parametrize(("model", "steps"), [(ToTheEnd(), TURNED_BACK), (NotCounted(), VANISHED)])
def test_a_model_that_does_not_is_found(rabbitmq: Any, model: RabbitModel[str], steps: list[Step]) -> None:
    with pytest.raises(AssertionError):
        asyncio.run(BothRabbits(rabbitmq.url, model, prefetch=1, limit=1_000_000).compare(steps))
