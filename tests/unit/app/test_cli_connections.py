"""`buslens connections` says of each broker where it is, and who says so."""

from __future__ import annotations

import dataclasses

import pytest

from app import cli_connections
from bus.brokers import KINDS
from bus.engines.rabbitmq import RABBITMQ


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS.values():
        monkeypatch.delenv(kind.variable, raising=False)


def test_each_line_has_a_name_an_address_and_who_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a-broker-with-a-long-name"
    monkeypatch.setitem(KINDS, name, dataclasses.replace(RABBITMQ, id=name, variable="BUSLENS_NAMED_URL"))
    monkeypatch.setenv("BUSLENS_NAMED_URL", "amqp://me:sesame7@broker.example/orders")
    assert cli_connections.print_connections(test=False) == 0
    said = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert [each[0] for each in said] == list(KINDS)
    assert said[-1][1] == "amqp://broker.example:5672/orders, user me, as BUSLENS_NAMED_URL says"


def test_what_is_used_where_nothing_is_said_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Celery's calls go where the engine's events go."""
    monkeypatch.setenv(RABBITMQ.variable, "amqp://me@broker.example/")
    assert cli_connections.print_connections(test=False) == 0
    said = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert said["redis"] == said["rabbitmq"] == f"amqp://broker.example:5672/, user me, as {RABBITMQ.variable} says"
