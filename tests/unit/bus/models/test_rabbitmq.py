"""The model of RabbitMQ by itself; tests/engines/test_model_of_rabbitmq.py compares it with the server."""

from __future__ import annotations

from bus.models.rabbitmq import DeadLetter, RabbitModel

LIMIT = 1_000_000


def server(*bodies: str, limit: int | None = LIMIT, prefetch: int = 1) -> RabbitModel[str]:
    """One queue with messages, and a channel."""
    model: RabbitModel[str] = RabbitModel()
    model.declare("q", "key", limit)
    for body in bodies:
        assert model.publish("key", body)
    model.open("one", prefetch)
    return model


def sent(model: RabbitModel[str]) -> list[tuple[str, str, int]]:
    return [(each.channel, each.body, each.delivery_count) for each in model.sent()]


def test_a_message_that_no_queue_takes_comes_back() -> None:
    assert not server().publish("another key", "m")


def test_no_more_are_sent_than_the_prefetch_allows() -> None:
    model = server("1", "2", "3", prefetch=2)
    model.consume("one", "q")
    assert sent(model) == [("one", "1", 0), ("one", "2", 0)]
    model.acknowledge("one", 1)
    assert sent(model) == [("one", "3", 0)]


def test_what_is_requeued_comes_before_what_waits_and_is_counted() -> None:
    model = server("1", "2")
    model.consume("one", "q")
    model.requeue("one", 1)
    assert sent(model) == [("one", "1", 0), ("one", "1", 1)]


def test_without_a_limit_it_goes_to_the_end() -> None:
    model = server("1", "2", limit=None)
    model.consume("one", "q")
    model.requeue("one", 1)
    assert sent(model) == [("one", "1", 0), ("one", "2", 0)]


def test_beyond_its_limit_a_message_is_a_dead_letter_and_so_is_one_that_is_rejected() -> None:
    model = server("1", "2", limit=1)
    model.consume("one", "q")
    for tag in (1, 2):
        model.requeue("one", tag)
    model.reject("one", 3)
    assert model.dead == [DeadLetter("q", "1", "delivery_limit"), DeadLetter("q", "2", "rejected")]


def test_what_a_vanished_client_had_goes_to_another() -> None:
    model = server("1", "2", prefetch=2)
    model.consume("one", "q")
    model.sent()
    model.close("one")
    model.open("two", 1)
    model.consume("two", "q")
    model.acknowledge("two", 1, multiple=True)
    assert sent(model) == [("two", "1", 1), ("two", "2", 1)]


def test_consumers_of_a_queue_take_turns() -> None:
    model = server("1", "2", "3", prefetch=2)
    model.open("two", 2)
    model.consume("two", "q")
    model.consume("one", "q")
    for body in "45":
        model.publish("key", body)
    assert [each[0] for each in sent(model)] == ["two", "two", "one", "one"]
    assert model.unsettled("two") == [1, 2]


def test_one_that_is_cancelled_gets_no_more_and_keeps_what_it_has() -> None:
    model = server("1", "2")
    model.consume("one", "q")
    model.cancel("one", "q")
    assert model.holders("q") == {"one"}
    model.acknowledge("one", 1)
    assert not model.holders("q")
    assert not model.consumes("one", "q")
    assert [each.body for each in model.queues["q"].waiting()] == ["2"]


def test_a_server_that_starts_again_has_all_that_was_not_settled() -> None:
    model = server("1", "2", prefetch=2)
    model.consume("one", "q")
    model.acknowledge("one", 1)
    model.restart()
    assert [(each.body, each.count) for each in model.queues["q"].waiting()] == [("2", 1)]
