"""What the doctor says of a RabbitMQ."""

from __future__ import annotations

from typing import Any

import pytest

from bus.engines.rabbitmq import names as rabbitmq_names
from bus.engines.rabbitmq.check import reach
from bus.errors import UserError
from tests.helpers.patience import PATIENCE_S
from tests.helpers.ports import free_port
from tests.helpers.program import Program


def test_one_that_is_there_is_reached(rabbitmq: Any) -> None:
    reach(rabbitmq.url, PATIENCE_S)


def test_a_wrong_password_is_said_without_it(rabbitmq: Any) -> None:
    with pytest.raises(UserError, match="refuses user guest") as said:
        reach(f"amqp://guest:secret7@127.0.0.1:{rabbitmq.port}/", PATIENCE_S)
    assert "secret7" not in str(said.value)


def test_one_that_is_not_there_and_what_is_no_address() -> None:
    with pytest.raises(UserError, match="there is no RabbitMQ at"):
        reach(f"amqp://guest:guest@127.0.0.1:{free_port()}/", PATIENCE_S)
    with pytest.raises(UserError, match="not an address of RabbitMQ"):
        reach("broker", PATIENCE_S)


def test_the_doctor_tells_and_is_content_without(tmp_path: Any) -> None:
    program = Program(tmp_path)
    url = f"amqp://guest:guest@127.0.0.1:{free_port()}/"
    ended = program("doctor", **{rabbitmq_names.VARIABLE: url})
    assert "there is no RabbitMQ at" in ended.out
    assert ended.code == 0
