"""What the errors of a trace say, each wording once: searching a million failures reads a few texts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bus.trace.columns import Columns

if TYPE_CHECKING:
    from bus.trace.trace import Trace

MOST_TEXTS = 100_000
"""Different wordings that are kept apart; what comes beyond is found by none."""

MOST_LETTERS = 2_000
"""Of one wording."""


class ErrorTexts:
    """An index beside the calls, brought up to date when somebody searches, on whatever thread."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._known = Columns(row=np.int64, text=np.uint32)
        self._seen = np.zeros(0, bool)
        self._lock = threading.Lock()

    def rows(self, trace: Trace, matches: Callable[[str], bool]) -> npt.NDArray[Any]:
        """Rows of calls whose error's `type: message` matches."""
        with self._lock:
            self._update(trace)
            texts, of_row, rows = tuple(self._ids.items()), self._known.view("text"), self._known.view("row")
        wanted = np.array([ident for text, ident in texts if matches(text)], np.uint32)
        if not len(wanted):
            return np.empty(0, np.int64)
        return np.asarray(rows[np.isin(of_row, wanted)])

    def _update(self, trace: Trace) -> None:
        seen = np.zeros(len(trace.calls), bool)
        seen[: len(self._seen)] = self._seen
        new = np.flatnonzero((trace.calls.error != 0) & ~seen)
        seen[new] = True
        self._seen = seen
        texts = np.fromiter((self._intern(trace, int(row)) for row in new), np.uint32, len(new))
        self._known.append(len(new), row=new, text=texts)

    def _intern(self, trace: Trace, row: int) -> int:
        error = trace.error(row)
        text = f"{error.type}: {error.message}"[:MOST_LETTERS] if error else ""
        if len(self._ids) >= MOST_TEXTS:
            return self._ids.get(text, 0)
        return self._ids.setdefault(text, len(self._ids) + 1)
