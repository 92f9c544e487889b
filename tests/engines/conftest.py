"""Brokers that the tests start for themselves, where their programs are installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from bus.engines import rabbitmq_names
from tests.helpers.rabbit import free_port, servers


@pytest.fixture(scope="session")
def rabbitmq_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A RabbitMQ of our own; a test may kill it, if it starts it again."""
    kind = servers().RabbitMq
    if not kind.program():
        pytest.skip("RabbitMQ is not installed: python3 dev.py brokers up")
    server = kind(tmp_path_factory.mktemp("rabbitmq"), free_port(10_001, 10_002))
    server.up()
    before = os.environ.get(rabbitmq_names.VARIABLE)
    os.environ[rabbitmq_names.VARIABLE] = server.url
    yield server
    server.kill()
    os.environ.pop(rabbitmq_names.VARIABLE)
    if before is not None:
        os.environ[rabbitmq_names.VARIABLE] = before


@pytest.fixture
def rabbitmq(rabbitmq_server: Any) -> Any:
    """The same, up for sure."""
    rabbitmq_server.up()
    return rabbitmq_server
