"""When a fault of single calls or emits happens: its window, its rhythm or chance, its condition, how often at most."""

from __future__ import annotations

import random
import threading
from typing import Any

from bus.scenario import expressions
from bus.scenario.faults import Chance


class ReadyChance:
    """Of one fault in one run. Thread-safe."""

    def __init__(self, model: Chance, draws: random.Random) -> None:
        self.model = model
        self.targets = model.targets
        self.draws = draws
        """What else is left to chance where it happens is drawn from it too."""

        self._begins_ns, self._ends_ns = model.window_ns
        self._is_true = None if model.if_ is None else expressions.compile_condition(model.if_)
        self._lock = threading.Lock()
        self._seen = 0
        """Calls or emits within its window."""

        self._done = 0

    def happens(self, now_ns: int, event: str, payload: Any, counters: dict[str, int]) -> bool:
        """Asked once for each call or emit that it may hit. Raises ExpressionError."""
        if now_ns < self._begins_ns or (self._ends_ns is not None and now_ns >= self._ends_ns):
            return False
        with self._lock:
            self._seen += 1
            found = self._is_hit(event, payload, counters)
            self._done += found
        return found

    def _is_hit(self, event: str, payload: Any, counters: dict[str, int]) -> bool:
        model = self.model
        if model.most is not None and self._done >= model.most:
            return False
        if model.every is not None and self._seen % model.every:
            return False
        if self._is_true is not None:
            variables = {"event": {"name": event, "payload": payload}, "count": self._seen, "counters": counters}
            if not self._is_true(variables):
                return False
        return model.probability is None or self.draws.random() < model.probability
