"""The model of Kafka by itself; tests/engines/test_model_of_kafka.py compares it with the server."""

from __future__ import annotations

from bus.models.kafka import CommittedOffset, KafkaModel, partition_of


def cluster(partitions: int = 1) -> KafkaModel[str]:
    model: KafkaModel[str] = KafkaModel()
    model.make("t", partitions)
    return model


def read(model: KafkaModel[str], member: str) -> list[str]:
    return [record.body for record in model.fetch("g", member)]


def test_records_of_a_key_share_a_partition_and_keep_their_order() -> None:
    model = cluster(partitions=3)
    places = [model.produce("t", "key", body) for body in "xyz"]
    partition = partition_of("key", 3)
    assert places == [(partition, 0), (partition, 1), (partition, 2)]
    model.join("g", "one", "t")
    assert read(model, "one") == ["x", "y", "z"]
    assert read(model, "one") == [], "once"


def test_what_was_not_committed_is_read_again_by_the_next_member() -> None:
    model = cluster()
    for body in "xyz":
        model.produce("t", "", body)
    model.join("g", "one", "t")
    assert read(model, "one") == ["x", "y", "z"]
    assert model.commit("g", "one", {("t", 0): CommittedOffset(1, "said beside it")})
    model.leave("g", "one")
    model.join("g", "two", "t")
    assert read(model, "two") == ["y", "z"]
    assert model.committed("g", ("t", 0)) == CommittedOffset(1, "said beside it")


def test_a_member_that_is_gone_commits_nothing() -> None:
    model = cluster()
    model.join("g", "one", "t")
    model.leave("g", "one")
    assert not model.commit("g", "one", {("t", 0): CommittedOffset(5)})
    assert model.committed("g", ("t", 0)) == CommittedOffset()


def test_partitions_are_shared_out_evenly_and_move_no_more_than_they_must() -> None:
    model = cluster(partitions=4)
    model.join("g", "one", "t")
    before = model.assigned("g", "one")
    model.join("g", "two", "t")
    assert len(model.assigned("g", "one")) == len(model.assigned("g", "two")) == 2
    assert model.assigned("g", "one").keys() < before.keys()
    model.leave("g", "two")
    assert model.members("g") == ["one"]
    assert model.assigned("g", "one").keys() == before.keys()


def test_each_group_reads_everything() -> None:
    model = cluster()
    model.produce("t", "", "x")
    for group in ("g", "other"):
        model.join(group, "one", "t")
        assert [record.body for record in model.fetch(group, "one")] == ["x"]
