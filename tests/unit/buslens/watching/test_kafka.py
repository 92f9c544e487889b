"""Messages of Kafka: where they lie, what says which they are, and what a group has committed of them."""

from __future__ import annotations

from typing import Any

import pytest

from buslens.recorder import Recorder
from buslens.watching.broker_watch import BrokerWatch
from buslens.watching.kafka import Uncommitted, cluster_of, headers_of, ident_of, place_of
from tests.unit.buslens.facts import Facts


class Consumer:
    """What is watched."""


CONSUMER = Consumer()


def test_a_place_is_a_partition_and_an_offset_and_names_one_message_of_a_cluster() -> None:
    assert place_of(3, 42) == "partition 3, offset 42"
    idents = [ident_of(*each) for each in (("a", "b", 1, 2), ("a", "b", 12, 2), ("a", "b", 1, 22), ("a", "c", 1, 2))]
    assert len(set(idents)) == 4


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ([("traceparent", b"t"), ("tracestate", b"s"), ("auth", b"x")], {"traceparent": b"t", "tracestate": b"s"}),
        ((), {}),
        (None, {}),
        ([("traceparent",), 7, (b"traceparent", b"t")], {}),
    ],
)  # fmt: skip
def test_of_the_headers_only_the_trace_context_is_kept(headers: Any, told: Any) -> None:
    assert headers_of(headers) == told


@pytest.mark.parametrize(
    ("servers", "name"),
    [("a:1", "kafka://a:1"), (["a:1", "b:2"], "kafka://a:1,b:2"), (None, "kafka://unknown")],
)
def test_a_cluster_is_called_by_the_servers_that_were_named(servers: Any, name: str) -> None:
    assert cluster_of(servers) == name


def test_a_commit_acknowledges_all_that_was_read_before_it_once() -> None:
    recorder = Recorder()
    watch = BrokerWatch(CONSUMER, recorder, recorder.bus("kafka"))
    uncommitted, facts = Uncommitted(watch), Facts(recorder)
    for partition, offset in ((0, 1), (0, 2), (0, 5), (1, 1)):
        uncommitted.hold("orders", partition, offset, watch.delivered("orders", "orders", "", (b"", "", {}), ""))
    uncommitted.commit([("orders", 0, 5), ("mails", 0, 9)])
    uncommitted.commit([("orders", 0, 5)])
    assert [step[0] for step in facts.read().steps].count("ACKNOWLEDGED") == 2
    uncommitted.commit([("orders", 0, 6), ("orders", 1, 2)])
    assert [step[0] for step in facts.read().steps].count("ACKNOWLEDGED") == 4
