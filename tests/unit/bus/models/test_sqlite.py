"""The model of the log by itself; tests/engines/test_model_of_sqlite.py compares it with the file."""

from __future__ import annotations

from bus.models.sqlite import HandedOut, LogModel


def log(*events: str) -> LogModel[str]:
    """With these events, of which a consumer hears `a` and `b`."""
    model: LogModel[str] = LogModel()
    for number, event in enumerate(events, 1):
        assert model.append(event, f"{event}{number}") == number
    for event in "ab":
        model.subscribe("h", event)
    return model


def taken(model: LogModel[str], most: int = 10) -> list[tuple[int, int]]:
    return [(each.offset, each.attempt) for each in model.take("h", "ab", most)]


def test_events_come_in_the_order_of_the_log_and_once() -> None:
    model = log("a", "b", "c", "a")
    assert model.take("h", "ab", 2) == [HandedOut(1, "a", "a1", 1), HandedOut(2, "b", "b2", 1)]
    assert taken(model) == [(4, 1)]


def test_what_failed_comes_before_anything_newer() -> None:
    model = log("a", "a", "a")
    model.take("h", "ab", 2)
    model.release("h", "a", 2, attempted=True)
    model.release("h", "a", 1, attempted=False)
    assert taken(model) == [(1, 1), (2, 2), (3, 1)]


def test_a_killed_process_counts_as_an_attempt_at_what_it_had() -> None:
    model = log("a", "a", "a")
    model.take("h", "ab", 2)
    model.acknowledge("h", "a", 1)
    model.crash()
    model.crash()
    assert model.subscribe("h", "a") == 2
    assert taken(model) == [(2, 2), (3, 1)]


def test_a_dead_letter_is_handed_out_no_more() -> None:
    model = log("a")
    taken(model)
    model.dead_letter("h", "a", 1)
    model.crash()
    assert model.subscribe("h", "a") == 0
    assert model.dead == [("h", 1)]
