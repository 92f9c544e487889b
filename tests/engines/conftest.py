"""Brokers that the tests start for themselves, where their programs are installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.engines.kafka import names as kafka_names
from bus.engines.rabbitmq import names as rabbitmq_names
from tests.helpers import kafka as kafka_help
from tests.helpers import tls
from tests.helpers.ports import free_port
from tests.helpers.rabbit import Begun, begun_on, servers


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tls.Certificates:
    """A private authority, and what it has signed."""
    return tls.made_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def rabbitmq_server(tmp_path_factory: pytest.TempPathFactory, certificates: tls.Certificates) -> Iterator[Any]:
    """A RabbitMQ of our own; a test may kill it, if it starts it again."""
    kind = servers().RabbitMq
    if not kind.program():
        pytest.skip("RabbitMQ is not installed: python3 dev.py brokers up")
    kind = tls.rabbitmq_with(kind, certificates)
    server = kind(tmp_path_factory.mktemp("rabbitmq"), free_port(tls.RABBIT_TLS, 10_001, 10_002))
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


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory, certificates: tls.Certificates) -> Iterator[Any]:
    """A Kafka of our own, beside whatever else is there."""
    pytest.importorskip("confluent_kafka")
    module = kafka_help.server_module()
    if not module.Kafka.program():
        pytest.skip("Java 17 or Maven is not installed: python3 dev.py brokers up")
    kind = tls.kafka_with(kafka_help.with_password(kafka_help.on_this_machine(module.Kafka)), certificates)
    server = kind(tmp_path_factory.mktemp("kafka"), free_port(1, 2, tls.KAFKA_TLS, tls.KAFKA_MUTUAL))
    try:
        server.up()
    except Exception as error:  # no Maven Central here
        if module.has_all(kind.parts()):
            raise
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kafka_names.VARIABLE, f"{server.url}?session=6")
        yield server
    server.kill()


@pytest.fixture
def kafka(kafka_server: Any) -> Any:
    """The same, up for sure."""
    kafka_server.up()
    return kafka_server


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begun]:
    """Begins runs, and closes them in the end."""
    yield from begun_on("rabbitmq", tmp_path)
