"""Follows what a process writes into its stream, and gives it as frames of a capture, as a recorder's `take` does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bus.capture.follower import hand_over
from bus.capture.writer import clock_ns
from bus.errors import Place, UserError
from bus.stream import chunk_files
from bus.stream.behind import NOT_BEHIND, Behind, unread
from bus.stream.definitions import Definitions
from bus.stream.fact_chunks import Damaged, FactChunk
from bus.stream.head import StreamHead, StreamState
from bus.stream.readers import ReaderPlace, StreamReaders
from bus.stream.records import Records
from bus.stream.removal import ChunkRemoval
from bus.stream.slots import Array, blobs_of, facts_of, newest_ns, turns_of
from bus.system_errors import reason
from bus.trace.facts import FACT_DTYPE
from buslens import wire
from buslens.records import BlobKind, Kind, Lacking
from buslens.stream import layout

LOOK_S = 0.05
"""How often it is seen whether something came, where nothing had."""

GONE = "{who}: what it did before this was removed while it was watched, because there was too much of it"

_MOST = np.iinfo(np.uint32).max


class StreamFollower:
    """Reads the stream of one process. All methods belong to one thread."""

    def __init__(self, folder: Path, *, most: int | None = None, look_s: float = LOOK_S) -> None:
        """folder: of one process, which is in the folder of its session. most: bytes of the stream that stay on the
        disk while the program runs; beyond, the oldest go that every reader has read. None: nothing is removed.

        Raises UserError where it is none, is damaged at its head, or belongs to somebody else.
        """
        self.folder = Path(folder)
        self._look_s = look_s
        self._looks_at = 0.0
        self._head = StreamHead(self.folder)
        self.header = self._head.header
        self.problem = ""
        """Why nothing more will come, in one sentence; empty while more may. A program that ended in order is none."""

        self.ended = False
        """Whether everything is read of a program that ended in order."""

        self.died = False
        """Whether it was killed or crashed."""

        self.dropped = 0
        """Facts that the program could not keep."""

        self._early = np.empty(0, FACT_DTYPE)
        """Facts that were told in place, and whose turn has not come."""

        self._told = False
        self._chunks: list[FactChunk] = []
        """Those of which something may come, in their order."""

        # Before it is seen what is there: nothing goes from here on.
        self._removal = ChunkRemoval(self.folder, StreamReaders(self.folder), most)
        try:
            self._records = Records(self.folder, Definitions(self.folder))
            first = next(iter(chunk_files.numbers(self.folder, layout.FACTS)), 1)
            self._chunks.append(self._chunk(first))
        except FileNotFoundError as error:
            self._removal.close()
            raise UserError("this stream has no chunks any more", at=Place(str(self.folder))) from error
        except UserError:
            self._removal.close()
            raise
        self._is_behind_gap = first > 1
        """Whether chunks before the newest one were removed, and not read."""

    @property
    def now_ns(self) -> int:
        """Which time it is for the program; 0 where that is not known."""
        return clock_ns(self.header)

    @property
    def state(self) -> StreamState:
        """How the program is, now."""
        return self._head.state()

    def behind(self) -> Behind:
        """How far this is behind the program."""
        if time.monotonic() < self._looks_at:
            return NOT_BEHIND  # there was nothing just now
        newest = self._chunks[-1]
        try:
            facts = unread(self.folder, newest.number, newest.at)
        except OSError:
            return NOT_BEHIND  # it was removed, which `read_frames` says
        lives = facts and newest.read_ns and self.now_ns and self.state is StreamState.LIVES
        return Behind(facts, max(self.now_ns - newest.read_ns, 0) if lives else 0)

    def cancel(self) -> None:
        """Leave it at what is there."""
        self.problem = f"Following was stopped: what {self._who} does from here on is not shown."

    def step(self, seconds: float, feed: Callable[[bytes], None]) -> None:
        """Hand over what came, for so long, at least one piece."""
        hand_over(self.read_frames, seconds, feed)

    def read_frames(self) -> bytes:
        """The next whole frames, the first ones with a header; none where there are none, or it is too soon to look."""
        if self.problem or self.ended or time.monotonic() < self._looks_at:
            return b""
        # Before anything is read: what the program did last is there then.
        state = self.state
        frames: list[bytes] = []
        try:
            if not self._told:
                self._told = True
                frames.append(wire.pack_header(self.header))
            frames += self._next(is_last_look=state in (StreamState.ENDED, StreamState.DIED))
            self._leave_behind(state)
        except Damaged as error:
            self.problem = f"The stream of {self._who} is damaged: {error}. What came before is shown."
        except UserError as error:
            self.problem = f"The stream of {self._who} cannot be followed any more: {error}"
        except OSError as error:
            self.problem = f"The stream of {self._who} cannot be followed any more: {reason(error)}."
        if not frames and not self.problem:
            self._looks_at = time.monotonic() + self._look_s
            frames = self._over(state)
        return b"".join(frames)

    def close(self) -> None:
        """Close the files. Safe to call twice."""
        for chunk in self._chunks:
            chunk.close()
        self._records.close()
        self._records.definitions.close()
        self._head.close()
        self._removal.close()

    @property
    def _who(self) -> str:
        return f"{self.header.process[:80]} (process {self.header.pid})"

    def _chunk(self, number: int) -> FactChunk:
        return FactChunk(self.folder / layout.chunk_name(layout.FACTS, number), number)

    def _next(self, *, is_last_look: bool) -> list[bytes]:
        newest = self._chunks[-1]
        slots = newest.read(is_last_look=is_last_look)
        parts = [self._removed(slots)] if len(slots) and self._is_behind_gap else []
        parts += [self._facts(slots)] if len(slots) else []
        parts.append(self._due([self._turns(*chunk.times()) for chunk in self._chunks], slots))
        if newest.is_read:
            self._go_on(newest.number)
        for chunk in [each for each in self._chunks[:-1] if each.is_done]:
            chunk.close()
            self._chunks.remove(chunk)
        facts = np.concatenate([*parts, self._lost(slots)])
        frames = [*self._records.definitions.frames, *self._records.frames]
        self._records.definitions.frames, self._records.frames = [], []
        if len(facts):
            # In the order of time, as a recorder has them: many ends come after what followed them.
            facts = facts[np.argsort(facts["time_ns"], kind="stable")]
            frames.append(wire.pack_frame(wire.FACTS, facts.tobytes()))
        return frames

    def _go_on(self, number: int) -> None:
        """To the chunk behind this one, where it is there."""
        following = chunk_files.following(self.folder, layout.FACTS, number)
        if not following:
            return
        try:
            chunk = self._chunk(following)
            chunk.read_ns = self._chunks[-1].read_ns
            self._chunks.append(chunk)
        except FileNotFoundError:
            return  # removed meanwhile: there is a later one
        self._is_behind_gap = following > number + 1

    def _leave_behind(self, state: StreamState) -> None:
        """Tell how far this is; what is too much goes, while the program runs."""
        *running, newest = (each.number for each in self._chunks)
        self._removal.look(ReaderPlace(newest, self._records.number), running, lives=state is StreamState.LIVES)

    def _removed(self, slots: Array) -> Array:
        """A mark that says where this begins, or goes on."""
        self._is_behind_gap = False
        times, facts = slots["time_ns"][slots["what"] != layout.FURTHER], np.zeros(1, FACT_DTYPE)
        facts["kind"], facts["time_ns"] = Kind.MARK, times.min() if len(times) else self.now_ns
        facts["count"] = Lacking.BEFORE
        facts["blob"] = self._records.tell(BlobKind.NOTE, GONE.format(who=self._who))
        return facts

    def _facts(self, slots: Array) -> Array:
        named, opened = blobs_of(slots), slots["what"] == layout.OPENED
        wanted, openings = slots["link"][named], slots["upper"][opened]
        self._records.definitions.read_on()
        self._records.read_for(wanted)
        blobs = np.zeros(len(slots), np.uint64)
        blobs[named] = self._records.claimed(wanted)
        return facts_of(slots, self._records.definitions.openings(openings), blobs)

    def _turns(self, came: Array, times: Array) -> Array:
        several = came[~came["alone"]]
        openings = self._records.definitions.openings(several["opening"], several["handler"])
        return turns_of(came, times, openings, self._records.definitions.handlers)

    def _due(self, turns: list[Array], slots: Array) -> Array:
        """Of what was told in place all but what came after the slots that were read: others may lie between."""
        facts = np.concatenate([self._early, *turns])
        due = facts["time_ns"] <= newest_ns(slots) if len(slots) else np.ones(len(facts), bool)
        self._early = facts[~due]
        ready: Array = facts[due]
        return ready

    def _lost(self, slots: Array) -> Array:
        """A fact that says how many others were dropped since."""
        dropped = int(self._head.dropped()[1:].sum())
        count, self.dropped = max(dropped - self.dropped, 0), max(dropped, self.dropped)
        facts = np.zeros(1 if count else 0, FACT_DTYPE)
        facts["kind"], facts["count"] = Kind.DROPPED, min(count, _MOST)
        facts["time_ns"] = newest_ns(slots) if len(slots) else self.now_ns
        return facts

    def _over(self, state: StreamState) -> list[bytes]:
        """What there is to say where nothing came: that nothing will, or nothing."""
        if state is StreamState.ENDED:
            self.ended = True
            return [wire.END_MARK]
        if state is StreamState.DIED:
            self.died = True
            self.problem = f"{self._who} was killed or crashed: what it did until then is shown."
        elif not self._head.is_there:
            self.problem = f"The stream of {self._who} was removed or replaced: what was in it until then is shown."
        return []
