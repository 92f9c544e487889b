"""What an exporter is, and how all of them write: piece by piece, whole or not at all, able to be cancelled."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bus.capture.whole_file import replacing
from bus.trace.trace import Progress, Trace

Selection = tuple[str, int]
"""What is selected: "dispatch" or "call", and its id."""

_PIECE = 256 * 1024
_REPORT_EVERY = 1000


class Writer(Protocol):
    """The function of an exporter. Raises UserError; what `progress` raises ends it and leaves nothing."""

    def __call__(
        self, trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Exporter:
    """One export format: what it is called, and the function that writes it."""

    id: str
    title: str
    suffix: str
    write: Writer
    """Writes the trace; what draws one flow alone (mermaid) draws that which holds the selection."""

    is_text: bool = True
    """Whether a terminal can show it."""

    write_payloads: Writer | None = None
    """The same with what events carried, of a format that leaves it out unless it is asked for."""


def write_text(path: Path, parts: Iterable[str], *, bom: bool = False) -> None:
    """Write a text file of these parts, however many, as UTF-8; bom: with the mark by which Excel knows it."""
    with replacing(Path(path)) as file:
        if bom:
            file.write(codecs.BOM_UTF8)
        waiting: list[str] = []
        length = 0
        for part in parts:
            waiting.append(part)
            length += len(part)
            if length >= _PIECE:
                file.write("".join(waiting).encode("utf-8", "replace"))
                waiting, length = [], 0
        file.write("".join(waiting).encode("utf-8", "replace"))


def counted(rows: Iterable[int], done: int, total: int, progress: Progress | None) -> Iterator[int]:
    """These rows, unchanged; tells `progress` now and then which share of `total` has passed."""
    for number, row in enumerate(rows, done):
        if progress is not None and number % _REPORT_EVERY == 0:
            progress(number / total)
        yield row
