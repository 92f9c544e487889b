"""Which runs a worker looks for and joins, and what it refuses before it looks for any."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bus import scenario
from bus.errors import UserError
from bus.run import serving as serving_module
from bus.run.serving import MOST_TRIES, Serving

TEXT = "buslens: 1\nevents: {a: {}}\nhandlers: {resize: {on: a, do: []}}\n"


def serving(engine: str, only: tuple[str, ...] = ()) -> Serving:
    return Serving(scenario.loads(TEXT, "f.yaml"), engine, only=only, trusted=False, say=print)


@pytest.mark.parametrize("engine", ["pyee", "sqlite", "rabitmq", ""])
def test_an_engine_that_nobody_can_join(engine: str) -> None:
    with pytest.raises(UserError, match="cannot be joined") as error:
        serving(engine)
    assert "rabbitmq" in error.value.hint


def test_a_handler_that_is_not_there_has_a_suggestion() -> None:
    with pytest.raises(UserError, match="no handler rezise") as error:
        serving("rabbitmq", ("rezise",))
    assert "resize" in error.value.hint
    assert serving("rabbitmq", ("resize",))


class Broker:
    """Answers who looks for a run on it what it is told to, one after the other; then the looking ends."""

    def __init__(self, *answers: str | UserError) -> None:
        self.answers = [*answers]
        self.said: list[str] = []
        self.joined: list[str] = []
        self.serving = Serving(scenario.loads(TEXT, "f.yaml"), "rabbitmq", only=(), trusted=False, say=self.said.append)

    def newest(self, _: str) -> str:
        answer = self.answers.pop(0)
        if not self.answers:
            self.serving.stop()
        if isinstance(answer, UserError):
            raise answer
        return answer

    def join(self, run: str) -> None:
        self.joined.append(run)
        if run == "bad":
            raise UserError("no answer")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Broker]:
    def serve(*answers: str | UserError) -> Broker:
        broker = Broker(*answers)
        monkeypatch.setattr(serving_module, "LOOK_S", 0.0)
        monkeypatch.setattr(broker.serving, "_newest", broker.newest)
        monkeypatch.setattr(broker.serving, "_join", broker.join)
        broker.serving.serve()
        return broker

    return serve


def test_a_broker_that_was_there_is_waited_for(served: Callable[..., Broker]) -> None:
    broker = served("", UserError("it does not answer"), "run", "")
    assert broker.joined == ["run"]
    assert "it does not answer; waiting for it" in broker.said


def test_a_broker_that_never_was_there_is_a_mistake(served: Callable[..., Broker]) -> None:
    with pytest.raises(UserError, match="does not answer"):
        served(UserError("it does not answer"), "run", "")


def test_a_run_that_cannot_be_joined_is_tried_some_times(served: Callable[..., Broker]) -> None:
    broker = served("bad", "bad", "bad", "bad", "run", "run", "")
    assert broker.joined == ["bad"] * MOST_TRIES + ["run"]
