"""Of a stream that has grown too large the oldest chunks go that every reader has read, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.stream import removal
from bus.stream.readers import ReaderPlace, StreamReaders
from bus.stream.removal import ChunkRemoval
from buslens.stream.layout import chunk_name

SIZE = 1000


class Stream:
    """Chunks of facts, each of which mentions what is in two of payloads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0
        (folder / "names.000001").write_bytes(bytes(SIZE))
        self.readers = StreamReaders(folder)

    def write(self, facts: int) -> None:
        """So many chunks of facts, where they are not there yet."""
        for number in range(self.written + 1, facts + 1):
            for name in (("facts", number), ("bytes", 2 * number - 1), ("bytes", 2 * number)):
                (self.folder / chunk_name(*name)).write_bytes(bytes(SIZE))
        self.written = max(self.written, facts)

    def read(self, until: int, most: int, running: tuple[int, ...] = ()) -> ChunkRemoval:
        made = ChunkRemoval(self.folder, self.readers, most)
        for number in range(1, until + 1):
            self.write(number)
            made.look(ReaderPlace(number, 2 * number - 1), [each for each in running if each < number], lives=True)
        return made

    @property
    def left(self) -> tuple[list[int], list[int]]:
        return tuple(
            sorted(int(path.name.partition(".")[2]) for path in self.folder.glob(f"{stem}.*"))
            for stem in ("facts", "bytes")
        )  # type: ignore[return-value]


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stream:
    monkeypatch.setattr(removal, "room_on_disk", lambda _folder, _limits: 1 << 60)
    return Stream(tmp_path)


def test_what_is_small_stays(stream: Stream) -> None:
    stream.read(6, 18 * SIZE)
    assert stream.left == ([*range(1, 7)], [*range(1, 13)])


def test_the_oldest_facts_go_and_the_payloads_that_they_alone_mention(stream: Stream) -> None:
    stream.read(6, 12 * SIZE)
    facts, payloads = stream.left
    assert len(facts) + len(payloads) <= 12
    assert facts == [*range(facts[0], 7)]
    assert payloads == [*range(payloads[0], 13)]
    assert payloads[0] <= 2 * facts[0] - 2, "what the oldest facts mention is there"


def test_nothing_goes_that_was_not_read_however_much_it_is(stream: Stream) -> None:
    stream.write(6)
    stream.read(3, 0)
    assert stream.left == ([3, 4, 5, 6], [*range(5, 13)])


def test_nothing_goes_that_another_reader_has_not_read(stream: Stream) -> None:
    other = StreamReaders(stream.folder)
    looked = stream.read(6, 0)
    assert stream.left == ([*range(1, 7)], [*range(1, 13)])
    other.reached(ReaderPlace(3, 4))
    looked.look(ReaderPlace(6, 12), [], lives=True)
    assert stream.left == ([3, 4, 5, 6], [*range(4, 13)])
    other.close()


def test_two_readers_may_remove_the_same_stream(stream: Stream) -> None:
    other = ChunkRemoval(stream.folder, other_readers := StreamReaders(stream.folder), 0)
    stream.read(6, 0)
    other_readers.reached(ReaderPlace(6, 11))
    stream.readers.reached(ReaderPlace(6, 11))
    other.look(ReaderPlace(6, 11), [], lives=True)
    assert stream.left == ([6], [11, 12])


def test_facts_whose_calls_still_run_go_last(stream: Stream) -> None:
    stream.read(6, 5 * SIZE, running=(2,))
    assert stream.left == ([2, 6], [10, 11, 12])
    stream.read(6, 4 * SIZE, running=(2,))
    assert stream.left == ([6], [10, 11, 12])


def test_large_payloads_go_before_the_facts_that_mention_them_where_nothing_else_helps(stream: Stream) -> None:
    stream.write(6)
    made = ChunkRemoval(stream.folder, stream.readers, 4 * SIZE)
    for number in range(1, 12):
        made.look(ReaderPlace(1, number), [], lives=True)
    assert stream.left == ([*range(1, 7)], [10, 11, 12])


def test_on_a_full_disk_what_was_read_goes_however_little_it_is(
    stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "room_on_disk", lambda _folder, _limits: removal.KEPT_FREE - 1)
    stream.write(6)
    stream.read(2, 1 << 40)
    assert stream.left[0] == [*range(2, 7)]


def test_a_reader_that_others_cannot_know_removes_nothing(stream: Stream) -> None:
    stream.readers.close()
    stream.read(6, 0)
    assert stream.left == ([*range(1, 7)], [*range(1, 13)])


def test_nothing_goes_where_nobody_wants_that_or_the_program_does_not_run(stream: Stream) -> None:
    stream.write(6)
    for most, lives in ((None, True), (0, False)):
        ChunkRemoval(stream.folder, stream.readers, most).look(ReaderPlace(6, 11), [], lives=lives)
    assert stream.left == ([*range(1, 7)], [*range(1, 13)])
