"""What a person has written beside a capture: notes on a time, a stretch, a dispatch or a call, and bands that stay.

They lie in the capture as one frame that holds them all: the last such frame counts, so that editing is writing anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bus.errors import UserError

MOST = 10_000
"""Notes of one capture."""

MOST_TEXT = 20_000
"""Letters of one note."""

ABOUT = ("", "dispatch", "call")
_LIMIT = 1 << 63


@dataclass(frozen=True, slots=True)
class Note:
    """One note. An empty text is a band that was kept (Shift+M)."""

    id: int
    """Unique in the capture."""

    time_ns: int
    """Where it stands, on the capture's clock."""

    end_ns: int
    """Where its stretch ends; `time_ns` where it stands on one moment."""

    kind: str
    """What it is about: "dispatch", "call", or "" for the time alone."""

    about: int
    """Id of that, or 0."""

    text: str

    @property
    def is_band(self) -> bool:
        """Whether it stands for a stretch rather than for a moment."""
        return self.end_ns > self.time_ns


class Notes:
    """The notes of one trace, in the order of their times."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.all: tuple[Note, ...] = ()
        self.unsaved = False
        """Whether the file that the trace was opened from says something else."""

        self.revision = 0
        """Grows with every change, for whoever shows them."""

    def add(self, time_ns: int, text: str, *, end_ns: int | None = None, kind: str = "", about: int = 0) -> Note:
        """A new one. Raises UserError where there are too many, or it is too long."""
        if len(self.all) >= self._most:
            raise UserError(f"a capture holds {self._most:,} notes at most", hint="remove some in the Notes tab")
        ident = max((note.id for note in self.all), default=0) + 1
        note = Note(ident, time_ns, max(time_ns, time_ns if end_ns is None else end_ns), kind, about, _checked(text))
        self._change((*self.all, note))
        return note

    def edit(self, ident: int, text: str) -> None:
        """Say something else. Raises UserError where it is too long."""
        checked = _checked(text)
        self._change(tuple(replace(note, text=checked) if note.id == ident else note for note in self.all))

    def remove(self, ident: int) -> None:
        """Remove the note with this id; nothing happens where there is none."""
        self._change(tuple(note for note in self.all if note.id != ident))

    def of(self, kind: str, about: int) -> tuple[Note, ...]:
        """Those about one dispatch or call."""
        return tuple(note for note in self.all if note.about == about and note.kind == kind and about)

    def read_frame(self, body: memoryview) -> None:
        """Read a frame: what cannot be read in it is left out. Raises ValueError where it is not a list of notes."""
        try:
            listed = json.loads(bytes(body))["notes"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ValueError("the notes cannot be read") from None
        found: dict[int, Note] = {}
        for each in listed[: self._most] if isinstance(listed, list) else ():
            note = _read(each)
            if note is not None:
                found.setdefault(note.id, note)
        self._change(tuple(found.values()))
        self.unsaved = False

    def _change(self, notes: tuple[Note, ...]) -> None:
        self.all = tuple(sorted(notes, key=_order))
        self.unsaved = True
        self.revision += 1


def pack_notes(notes: Sequence[Note]) -> bytes:
    """The body of a frame."""
    return json.dumps({"notes": [asdict(note) for note in notes]}, ensure_ascii=False).encode("utf-8", "replace")


def _order(note: Note) -> tuple[int, int]:
    return note.time_ns, note.id


def _checked(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise UserError(f"a note has {MOST_TEXT:,} letters at most, not {len(text):,}")
    return text.strip()


def _read(fields: Any) -> Note | None:
    try:
        ident, time_ns, end_ns, about = (int(fields[key]) for key in ("id", "time_ns", "end_ns", "about"))
        kind, text = str(fields["kind"]), str(fields["text"])[:MOST_TEXT]
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not (0 < ident < _LIMIT and -_LIMIT <= time_ns <= end_ns < _LIMIT and 0 <= about < 1 << 64 and kind in ABOUT):
        return None
    # Half a surrogate pair is legal in JSON, and no screen or file can take it.
    return Note(ident, time_ns, end_ns, kind, about, text.encode("utf-8", "replace").decode())
