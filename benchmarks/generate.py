"""`python3 -m benchmarks.generate CALLS OUT`: a capture of any size with the shape of a busy async program.

Bursts and idle gaps, flows some levels deep, async calls that overlap, 40 handlers of 28 events, one call in a
thousand failed, some events that nobody hears, a payload for each dispatch. Made slice by slice, so that ten million
calls need no more memory than two hundred thousand. The same arguments make the same bytes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.facts import FACT_DTYPE
from buslens import wire
from buslens.records import BlobKind, Flag, Kind, NameKind, Outcome

HANDLERS = 40
FAILED = 0.001
FACTS_A_FRAME = 65_536
CALLS_A_SLICE = 200_000

EVENTS = tuple(
    f"{noun}.{verb}"
    for noun in ("order", "stock", "mail", "user", "price", "cart", "search")
    for verb in ("asked", "changed", "confirmed", "closed")
)
FANOUT = np.array([4, 3, 3, 2, 2, 2, 2, 2] + [1] * 20)
"""Handlers of each event; they are 40 together."""

UNHEARD = "debug.noted"
_UNHEARD_SHARE = 0.005
_NESTING = (0.5, 0.45, 0.4, 0.35, 0.3)
"""Share of the calls of each level that emit an event themselves."""

_FIRST_HANDLER = np.cumsum(FANOUT) - FANOUT
_EVENT_IDS = 1
_HANDLER_IDS = _EVENT_IDS + len(EVENTS) + 1
_LANE_IDS = _HANDLER_IDS + HANDLERS
_LANES = ("MainThread", "Task-1", "Task-2", "ThreadPool-0")

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Made:
    """What a file holds."""

    calls: int
    dispatches: int
    failed: int
    lost: int
    size: int
    """Bytes."""


def generate(calls: int, path: Path, *, seed: int = 7) -> Made:
    """Write a capture of exactly so many calls."""
    random = np.random.default_rng(seed)
    made = np.zeros(4, np.int64)
    at_ns, first_id, first_blob = 1_000_000, 1, 1
    with path.open("wb") as file:
        header = wire.Header("generated.py", 1, "nowhere", 1_795_000_000_000_000_000, 0, extra={"seed": seed})
        file.write(wire.pack_header(header))
        file.write(wire.pack_frame(wire.NAMES, b"".join(_names())))
        file.write(wire.pack_frame(wire.FACTS, _subscriptions().tobytes()))
        while made[0] < calls:
            slice_ = _slice(random, min(CALLS_A_SLICE, calls - int(made[0])), at_ns, first_id)
            for piece in _framed(slice_, first_blob):
                file.write(piece)
            kind = slice_["kind"]
            made += (
                int((kind == Kind.CALL_STARTED).sum()),
                int((kind == Kind.DISPATCH_EMITTED).sum()),
                int((slice_["outcome"] == Outcome.FAILED).sum()),
                int(((kind == Kind.DISPATCH_EMITTED) & (slice_["count"] == 0)).sum()),
            )
            at_ns = int(slice_["time_ns"][-1]) + 2_000_000
            first_id += int((kind != Kind.CALL_ENDED).sum())
            first_blob += int((slice_["blob"] != 0).sum())
        file.write(wire.END_MARK)
        counts = [int(each) for each in made]
        return Made(counts[0], counts[1], counts[2], counts[3], file.tell())


def _slice(random: np.random.Generator, calls: int, at_ns: int, first_id: int) -> Array:
    """The facts of one stretch of time in order, with ids from `first_id`; `blob` only says that there is one."""
    levels = []
    # A root grows to 3.5 calls on average; what is too much is cut off, what lacks is filled with flows of one call.
    roots = _roots(random, max(1, calls // 3), at_ns)
    for share in (*_NESTING, 0.0):
        level = _deliver(random, roots, share)
        levels.append(level)
        roots = level.nested
        if not len(roots.time):
            break
    return _facts(random, _exactly(calls, levels), first_id)


@dataclass(frozen=True, slots=True)
class Emits:
    """Dispatches of one level of all flows."""

    time: Array
    event: Array
    parent: Array
    """Index of the emitting call in the level above, -1 for a root."""
    root: Array

    def take(self, which: Array) -> Emits:
        return Emits(self.time[which], self.event[which], self.parent[which], self.root[which])


@dataclass(frozen=True, slots=True)
class Level:
    """Dispatches of one level, their calls, and what those emit."""

    emits: Emits
    dispatch: Array
    """Of each call: index of its dispatch within this level."""
    handler: Array
    started: Array
    ended: Array
    nested: Emits


def _roots(random: np.random.Generator, count: int, at_ns: int) -> Emits:
    """Bursts: most emits follow each other closely, one in forty comes after a long silence."""
    gaps = random.exponential(15_000, count)
    silent = random.random(count) < 0.025
    gaps[silent] += random.exponential(4_000_000, int(silent.sum()))
    event = random.integers(0, len(EVENTS), count)
    event[random.random(count) < _UNHEARD_SHARE] = len(EVENTS)
    none = np.full(count, -1)
    return Emits(at_ns + np.cumsum(gaps.astype(np.int64)), event, none, np.arange(count))


def _deliver(random: np.random.Generator, emits: Emits, share: float) -> Level:
    """Call every handler: those with an even number are quick and wait for each other, the others are coroutines."""
    fanout = np.append(FANOUT, 0)[emits.event]
    dispatch = np.repeat(np.arange(len(fanout)), fanout)
    place = np.arange(len(dispatch)) - np.repeat(np.cumsum(fanout) - fanout, fanout)
    handler = np.append(_FIRST_HANDLER, 0)[emits.event[dispatch]] + place
    length = random.exponential(20_000 * (1 + handler % 7), len(handler)).astype(np.int64) + 1_500
    coroutine = handler % 2 == 1
    length[coroutine] *= 12
    started = emits.time[dispatch] + 900 + 2_500 * place + random.integers(0, 2_000, len(handler))
    nesting = np.flatnonzero(random.random(len(handler)) < share)
    nested = Emits(
        started[nesting] + (length[nesting] * random.random(len(nesting))).astype(np.int64),
        random.integers(0, len(EVENTS), len(nesting)),
        nesting,
        emits.root[dispatch[nesting]],
    )
    return Level(emits, dispatch, handler, started, started + length, nested)


def _exactly(calls: int, levels: list[Level]) -> list[Level]:
    """The first whole flows with no more than so many calls, and flows of one call for the rest."""
    sizes = np.zeros(len(levels[0].emits.root), np.int64)
    for level in levels:
        sizes += np.bincount(level.emits.root[level.dispatch], minlength=len(sizes))
    kept = int(np.searchsorted(np.cumsum(sizes), calls, "right"))
    missing = calls - int(np.sum(sizes[:kept]))
    cut = []
    renumbered: Array = np.empty(0, np.int64)
    for level in levels:
        emits = np.flatnonzero(level.emits.root < kept)
        stays = np.flatnonzero(level.emits.root[level.dispatch] < kept)
        taken = level.emits.take(emits)
        if len(renumbered):
            taken = Emits(taken.time, taken.event, renumbered[taken.parent], taken.root)
        place = np.full(len(level.emits.root), -1)
        place[emits] = np.arange(len(emits))
        renumbered = np.full(max(1, len(level.dispatch)), -1)
        renumbered[stays] = np.arange(len(stays))
        parts = level.handler[stays], level.started[stays], level.ended[stays]
        cut.append(Level(taken, place[level.dispatch[stays]], *parts, level.nested))
    return [_filled(cut[0], missing), *cut[1:]]


def _filled(level: Level, missing: int) -> Level:
    emits = level.emits
    last = int(emits.time[-1]) if len(emits.time) else 1_000_000
    time_ns = last + 50_000 * np.arange(1, missing + 1)
    single = len(EVENTS) - 1
    number = np.arange(missing)
    more = Emits(
        np.append(emits.time, time_ns),
        np.append(emits.event, np.full(missing, single)),
        np.append(emits.parent, np.full(missing, -1)),
        np.append(emits.root, number),
    )
    return Level(
        more,
        np.append(level.dispatch, len(emits.time) + number),
        np.append(level.handler, np.full(missing, _FIRST_HANDLER[single])),
        np.append(level.started, time_ns + 1_000),
        np.append(level.ended, time_ns + 9_000),
        level.nested,
    )


def _facts(random: np.random.Generator, levels: list[Level], first_id: int) -> Array:
    """Three facts for each call, numbered in the order of time as a recorder would, and sorted."""
    parts = []
    calls_before = dispatches_before = above = 0
    for level in levels:
        emitted, begun = np.zeros(len(level.emits.time), FACT_DTYPE), np.zeros(len(level.handler), FACT_DTYPE)
        emitted["kind"], begun["kind"] = Kind.DISPATCH_EMITTED, Kind.CALL_STARTED
        emitted["time_ns"], begun["time_ns"] = level.emits.time, level.started
        emitted["name"], begun["name"] = _EVENT_IDS + level.emits.event, _HANDLER_IDS + level.handler
        emitted["count"], begun["count"] = np.append(FANOUT, 0)[level.emits.event], 1
        begun["flags"] = np.where(level.handler % 2, Flag.ASYNC, 0)
        begun["lane"] = _LANE_IDS + level.handler % len(_LANES)
        emitted["lane"], emitted["blob"] = _LANE_IDS, 1
        # For now the places of what they belong to, counted from 1; ids follow from the order of time.
        emitted["parent"] = np.where(level.emits.parent < 0, 0, 1 + above + level.emits.parent)
        begun["parent"] = 1 + dispatches_before + level.dispatch
        parts.append((emitted, begun))
        above = calls_before
        calls_before += len(begun)
        dispatches_before += len(emitted)
    emitted, begun = (np.concatenate([part[which] for part in parts]) for which in (0, 1))
    both = np.concatenate([emitted["time_ns"], begun["time_ns"]])
    ids = np.empty(len(both) + 1, np.int64)
    ids[np.argsort(both, kind="stable")] = first_id + np.arange(len(both))
    dispatch_ids, call_ids = ids[: len(emitted)], ids[len(emitted) : -1]
    emitted["id"], begun["id"] = dispatch_ids, call_ids
    emitted["parent"] = np.append(0, call_ids)[emitted["parent"].astype(np.int64)]
    begun["parent"] = dispatch_ids[begun["parent"].astype(np.int64) - 1]
    over = np.zeros(len(begun), FACT_DTYPE)
    over["kind"], over["id"] = Kind.CALL_ENDED, begun["id"]
    over["time_ns"] = np.concatenate([level.ended for level in levels])
    failed = random.random(len(over)) < FAILED
    over["outcome"] = np.where(failed, Outcome.FAILED, Outcome.OK)
    over["blob"] = failed
    over["lane"] = begun["lane"]
    facts = np.concatenate([emitted, begun, over])
    return facts.take(np.argsort(facts["time_ns"], kind="stable"))


def _framed(facts: Array, first_blob: int) -> Iterator[bytes]:
    """Frames as a recorder writes them: what the facts mention, and then the facts."""
    for start in range(0, len(facts), FACTS_A_FRAME):
        part = facts[start : start + FACTS_A_FRAME]
        saying = np.flatnonzero(part["blob"])
        part["blob"][saying] = first_blob + np.arange(len(saying))
        first_blob += len(saying)
        if len(saying):
            yield wire.pack_frame(wire.BLOBS, _blobs(part[saying]))
        yield wire.pack_frame(wire.FACTS, part.tobytes())


def _blobs(facts: Array) -> bytes:
    payload = wire.pack_blob(0, BlobKind.PAYLOAD_JSON, b'{"order":0000000000,"total":12.50}', False)
    error = wire.pack_blob(
        0, BlobKind.ERROR, b'{"type":"CardDeclined","message":"card of 0000000000 was declined","traceback":""}', False
    )
    failed = facts["kind"] == Kind.CALL_ENDED
    sizes = np.where(failed, len(error), len(payload))
    ends = np.cumsum(sizes)
    room = np.empty(int(ends[-1]), np.uint8)
    for mask, pattern in ((~failed, payload.replace(b":00", b":10")), (failed, error)):
        which = np.flatnonzero(mask)
        if not len(which):
            continue
        rows = np.tile(np.frombuffer(pattern, np.uint8), (len(which), 1))
        rows[:, :8] = facts["blob"][which].astype("<u8").view(np.uint8).reshape(-1, 8)
        first = pattern.index(b"00000000", wire.BLOB_ENTRY.size)
        digits = facts["id"][which].astype(np.int64)
        for column in range(first + 7, first - 1, -1):
            rows[:, column] = ord("0") + digits % 10
            digits //= 10
        heads = (ends - sizes)[which]
        room[(heads[:, None] + np.arange(len(pattern))).ravel()] = rows.ravel()
    return room.tobytes()


def _names() -> Iterator[bytes]:
    for number, text in enumerate((*EVENTS, UNHEARD)):
        yield wire.pack_name(_EVENT_IDS + number, NameKind.EVENT, text=text)
    for event, first, fanout in zip(EVENTS, _FIRST_HANDLER, FANOUT, strict=True):
        for number in range(int(first), int(first + fanout)):
            said = {"text": f"handle_{number:02d}", "file": "/srv/shop.py", "line": 10 + 12 * number, "event": event}
            yield wire.pack_name(_HANDLER_IDS + number, NameKind.HANDLER, **said)
    for number, text in enumerate(_LANES):
        yield wire.pack_name(_LANE_IDS + number, NameKind.LANE, text=text)


def _subscriptions() -> Array:
    told = np.zeros(HANDLERS, FACT_DTYPE)
    told["kind"], told["time_ns"] = Kind.HANDLER_ADDED, 1
    told["name"] = _HANDLER_IDS + np.arange(HANDLERS)
    told["parent"] = _EVENT_IDS + np.repeat(np.arange(len(EVENTS)), FANOUT)
    return told


def main() -> None:
    """The command line."""
    if len(sys.argv) != 3 or not sys.argv[1].replace("_", "").isdigit():
        sys.exit("usage: python3 -m benchmarks.generate CALLS OUT")
    began = time.perf_counter()
    made = generate(int(sys.argv[1]), Path(sys.argv[2]))
    print(f"{made} in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
