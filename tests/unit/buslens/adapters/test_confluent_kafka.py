"""confluent-kafka is not watched, and whoever expects it to be is told why."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("confluent_kafka")

from confluent_kafka import Producer, SerializingProducer

import buslens
from buslens.adapters.confluent_kafka import WHY


@pytest.mark.parametrize("kind", [Producer, SerializingProducer])
def test_a_client_that_is_attached_is_refused_with_the_reason(kind: type) -> None:
    client = kind({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
    with pytest.raises(TypeError) as refused:
        buslens.attach(client)
    assert str(refused.value) == WHY


def test_the_reason_is_true() -> None:
    with pytest.raises(TypeError, match="immutable type"):
        Producer.produce = None
    assert not hasattr(Producer({"bootstrap.servers": "127.0.0.1:1", "log_level": 0}), "__dict__")


def test_a_program_that_imports_it_has_the_reason_in_its_capture(tmp_path: Path) -> None:
    capture = tmp_path / "all.buslens"
    buslens.start(to=capture, only=["confluent_kafka"])
    buslens.stop()
    assert WHY.encode() in capture.read_bytes()
