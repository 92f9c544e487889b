"""Whether two captures hold the same records, to the byte, and which is the first that differs: for runs of one seed.

Where frames begin and end says only when somebody read; of the headers only what says what was run is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from bus.trace.facts import FACT_DTYPE
from bus.trace.names import Names
from bus.wording import duration, several
from buslens import wire
from buslens.records import Kind

_KINDS = {int(kind): kind.name.lower().replace("_", " ") for kind in Kind}


class Recorded:
    """All records of a capture, whatever frames they came in. The whole of it is in memory."""

    def __init__(self, data: bytes) -> None:
        """Raises WireError and DamagedFrame where it is no whole capture."""
        found = wire.unpack_header(data)
        if found is None:
            raise wire.WireError("the capture ends inside its header")
        self.header, start = found
        parts: dict[int, list[memoryview]] = {wire.NAMES: [], wire.FACTS: [], wire.BLOBS: []}
        for kind, body, _ in wire.frames(data, start):
            if kind in parts:
                parts[kind].append(body)
        self.packed_names, facts, self.packed_blobs = (b"".join(bodies) for bodies in parts.values())
        self.facts = np.frombuffer(facts, FACT_DTYPE)

    @cached_property
    def names(self) -> Names:
        """What its names say."""
        names = Names()
        names.read_frame(memoryview(self.packed_names))
        return names

    def described(self, row: int) -> str:
        """One record in words."""
        if row >= len(self.facts):
            return "nothing more"
        fact = self.facts[row]
        kind = _KINDS.get(int(fact["kind"]), "an unknown record")
        name = f" of {self.names.text(fact['name'])}" if fact["name"] else ""
        return f"{kind}{name} (number {fact['id']}) at {fact['time_ns']} ns"

    def blobs(self) -> Iterator[tuple[int, bytes]]:
        """Payloads, errors and notes, with their ids."""
        at, data = 0, self.packed_blobs
        while at < len(data):
            ident, _, _, _, length = wire.BLOB_ENTRY.unpack_from(data, at)
            end = at + wire.BLOB_ENTRY.size + length
            yield ident, data[at:end]
            at = end


def first_difference(one: Recorded, other: Recorded) -> str:
    """The first record that differs, as a sentence; "" where all are the same."""
    said = [(each.header.clock, each.header.extra) for each in (one, other)]
    if said[0] != said[1]:
        return f"the headers say different things: {said[0]} and {said[1]}"
    row = _first_fact(one, other)
    if row is not None:
        first, second = one.described(row), other.described(row)
        if first == second:
            fields = [str(name) for name in FACT_DTYPE.names or () if one.facts[row][name] != other.facts[row][name]]
            second = f"the same with another {' and '.join(fields)}"
        return f"record {row + 1} differs: {first} in one run, {second} in the other"
    for (ident, body), (_, then) in zip(one.blobs(), other.blobs(), strict=False):
        if body != then:
            carriers = np.flatnonzero(one.facts["blob"] == ident)
            row = int(carriers[0]) if len(carriers) else 0
            return f"record {row + 1} differs in what it carries: {one.described(row)}"
    if one.packed_names != other.packed_names:
        return "the same records name different things"
    return ""


def _first_fact(one: Recorded, other: Recorded) -> int | None:
    count = min(len(one.facts), len(other.facts))
    differs = one.facts[:count].view(np.uint8) != other.facts[:count].view(np.uint8)
    if differs.any():
        return int(differs.argmax()) // FACT_DTYPE.itemsize
    return count if len(one.facts) != len(other.facts) else None


def read(path: Path) -> Recorded:
    """Of a file. Raises OSError, WireError, DamagedFrame."""
    return Recorded(path.read_bytes())


def extent(recorded: Recorded) -> str:
    """How much was compared, in words."""
    last = int(recorded.facts["time_ns"].max()) if len(recorded.facts) else 0
    return f"{several(len(recorded.facts), 'record')} over {duration(last)}"
