"""What Kafka's engine writes and reads as text, without a server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trustme

from bus.engines.kafka import names
from bus.engines.kafka.engine import KafkaEngine
from bus.errors import UserError


def test_topics_are_legal_and_stay_apart() -> None:
    events = ["order.placed", "order_placed", "order-placed", "Order.placed", "dead", "é", "a b", "-64ead", "x" * 300]
    events += ["x" * 299 + "y", "é" * 100, "é" * 99 + "è"]
    topics = {names.topic_name("buslens-1", event) for event in events}
    assert len(topics) == len(events)
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]{1,249}", topic) for topic in topics)
    assert names.topic_name("run", "order.placed") == "run.order.placed"
    assert names.dead_topic("buslens-1") not in topics
    # Kafka takes dots and underscores for the same.
    assert len({topic.replace(".", "_") for topic in topics}) == len(events)


def test_attributes_come_back_as_they_were_sent() -> None:
    sent = {"id": "run/7", "type": "a", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}
    sent["datacontenttype"] = "application/json"
    headers = names.headers_of(sent)
    assert dict(headers)["traceparent"] == sent["traceparent"].encode()
    assert dict(headers)["content-type"] == b"application/json"
    assert dict(headers)["ce_id"] == b"run/7"
    assert names.attributes_of(headers) == sent


def test_what_a_stranger_sends_is_bounded() -> None:
    found = names.attributes_of([("raw", b"\xff"), ("none", None), *((f"h{n}", b"x" * 10_000) for n in range(1000))])
    assert found["raw"] == "\ufffd"
    assert len(found) <= 64
    assert max(map(len, found.values())) <= 4096


def test_attempts_travel_beside_an_offset() -> None:
    assert names.read(names.written({17: 2, 5: 1})) == {5: 1, 17: 2}
    assert names.read("nonsense 7:x " + "9" * 5000) == {}
    assert len(names.written(dict.fromkeys(range(10**15, 10**15 + 1000), 1))) <= names.MOST_METADATA


def test_an_address_says_how_clients_connect(tmp_path: Path) -> None:
    plain = names.settings("kafka://127.0.0.1/")
    assert (plain["bootstrap.servers"], plain["security.protocol"]) == ("127.0.0.1:9092", "PLAINTEXT")
    trusted = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(trusted)
    safe = names.settings(f"kafkas://me:pa%20ss@broker.example:1234/?sasl=SCRAM-SHA-512&cafile={trusted}")
    assert (safe["security.protocol"], safe["sasl.mechanisms"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (safe["sasl.username"], safe["sasl.password"], safe["ssl.ca.location"]) == ("me", "pa ss", str(trusted))
    assert "ss" not in names.shown("kafka://me:pass@host/").replace("kafka", "")
    assert names.partitions("kafka://host/?partitions=4") == 4


@pytest.mark.parametrize("said", ["0", "-1", "many", "101", "1e3"])
def test_what_is_no_number_of_partitions_is_refused(said: str) -> None:
    with pytest.raises(UserError, match="not a valid number of partitions"):
        names.partitions(f"kafka://host/?partitions={said}")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "_TRANSPORT Connect to ipv4#127.0.0.1:1 failed: Connection refused",
            "there is no Kafka at kafka://host:9092/",
        ),
        ("_AUTHENTICATION SASL authentication error: Invalid credentials", "refuses user me"),
        ("_SSL SSL handshake failed: certificate verify failed", "no secure connection to Kafka"),
        ("_RESOLVE Failed to resolve 'host:9092'", "nobody knows that host"),
        ("", "does not answer"),
    ],
)
def test_one_sentence_says_what_is_wrong(said: str, sentence: str) -> None:
    error = names.why_unreachable([said], "kafka://me:secret7@host/")
    assert sentence in error.problem
    assert "secret7" not in str(error)


def test_without_the_client_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio
    import sys

    monkeypatch.setitem(sys.modules, "confluent_kafka", None)

    async def open_it() -> None:
        await KafkaEngine().make_broker().open("run", lambda _: None)

    with pytest.raises(UserError, match="needs confluent-kafka") as said:
        asyncio.run(open_it())
    assert "buslens[kafka]" in said.value.hint
