"""What a worker refuses before it looks for any run."""

from __future__ import annotations

import pytest

from bus import scenario
from bus.errors import UserError
from bus.run.serving import Serving

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
