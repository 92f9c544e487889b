"""A slot without its mark is not taken, one that comes late is, and each end that is stored in place is found once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.stream import fact_chunks
from bus.stream.fact_chunks import Damaged, FactChunk
from buslens.stream import layout


class Written:
    """A chunk as its program writes it."""

    def __init__(self, path: Path, slots: int) -> None:
        self.path = path
        self.data = bytearray(slots * layout.SLOT)
        self.save()

    def ended(self, slot: int, call: int, mark: int = layout.ENDED) -> None:
        layout.PACK_ENDED(self.data, slot * layout.SLOT, 1, call, mark)
        self.save()

    def opened(self, slot: int, call: int) -> None:
        mark = layout.OPENED | layout.AWAITS_END | 1 << 32
        layout.PACK_OPENED(self.data, slot * layout.SLOT, 1, call, 0, 0, 0, mark)
        self.save()

    def end(self, slot: int, time_ns: int) -> None:
        memoryview(self.data).cast("q")[slot * 8] = time_ns
        self.save()

    def save(self) -> None:
        self.path.write_bytes(self.data)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "facts.000001", 8)


def calls(chunk: FactChunk, *, is_last_look: bool = False) -> list[int]:
    return chunk.read(is_last_look=is_last_look)["id"].tolist()  # type: ignore[no-any-return]


def ends(chunk: FactChunk) -> list[tuple[int, int]]:
    came, times = chunk.times()
    return list(zip(came["call"].tolist(), times.tolist(), strict=True))


def test_slots_are_taken_as_far_as_they_have_their_marks(written: Written) -> None:
    chunk = FactChunk(written.path, 1)
    assert calls(chunk) == []
    for slot in (0, 1):
        written.ended(slot, 10 + slot)
    half = bytearray(written.data)
    layout.PACK_ENDED(half, 2 * layout.SLOT, 1, 12, layout.ENDED)
    half[2 * layout.SLOT + 56 : 3 * layout.SLOT] = bytes(8)
    written.path.write_bytes(half)
    assert calls(chunk) == [10, 11]
    assert not chunk.is_read


def test_an_end_in_place_is_told_once_and_one_that_is_told_elsewhere_never(written: Written) -> None:
    chunk = FactChunk(written.path, 1)
    for slot in range(8):
        written.opened(slot, 10 + slot)
    written.end(0, 100)
    assert calls(chunk) == list(range(10, 18))
    assert ends(chunk) == [(10, 100)]
    written.end(3, 200)
    written.end(4, layout.ELSEWHERE)
    assert ends(chunk) == [(13, 200)]
    assert ends(chunk) == []
    assert (chunk.is_read, chunk.is_done) == (True, False)
    for slot in (1, 2, 5, 6, 7):
        written.end(slot, 300)
    assert len(ends(chunk)) == 5
    assert chunk.is_done


def test_many_open_calls_are_looked_for_together(tmp_path: Path) -> None:
    written = Written(tmp_path / "facts.000001", 200)
    for slot in range(200):
        written.opened(slot, 10 + slot)
    chunk = FactChunk(written.path, 1)
    assert len(calls(chunk)) == 200
    for slot in (0, 150, 199):
        written.end(slot, slot + 1)
    assert ends(chunk) == [(10, 1), (160, 151), (209, 200)]


def test_a_slot_that_stays_empty_holds_nobody_up_for_long(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    chunk = FactChunk(written.path, 1)
    written.ended(0, 10)
    written.ended(2, 12)
    assert calls(chunk) == [10]
    assert calls(chunk) == []
    monkeypatch.setattr(fact_chunks, "_HOLE_S", -1.0)
    assert calls(chunk) == []
    assert calls(chunk) == [12]
    written.ended(1, 11)
    assert calls(chunk) == [11]
    for slot in range(3, 8):
        written.ended(slot, 10 + slot)
    calls(chunk)
    assert chunk.is_done


def test_of_a_program_that_is_gone_an_empty_slot_is_not_waited_for(written: Written) -> None:
    chunk = FactChunk(written.path, 1)
    written.ended(1, 11)
    assert calls(chunk, is_last_look=True) == []
    assert calls(chunk, is_last_look=True) == [11]


def test_a_garbled_and_a_cut_chunk_are_damage(written: Written) -> None:
    written.ended(0, 10)
    written.ended(1, 11, mark=0x77)
    with pytest.raises(Damaged, match="slot 1 of facts"):
        FactChunk(written.path, 1).read(is_last_look=False)
    chunk = FactChunk(written.path, 1)
    written.path.write_bytes(b"")
    with pytest.raises(Damaged, match="was cut"):
        chunk.read(is_last_look=False)


def test_where_processors_show_stores_late_a_moment_lies_between_marks_and_slots(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    class Event:
        def wait(self, seconds: float) -> None:
            waited.append(seconds)

    monkeypatch.setattr(fact_chunks, "SETTLE_S", 0.001)
    monkeypatch.setattr(fact_chunks.threading, "Event", Event)
    written.ended(0, 10)
    assert calls(FactChunk(written.path, 1)) == [10]
    assert waited == [0.001]
