"""What a run starts with: engine, speed and seed as the person chose them in the toolbar."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Signal

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0, math.inf)


class RunChoices(QObject):
    """Engine, seed and speed of the next run: the toolbar shows and changes them, the verbs use them."""

    changed = Signal()
    speed_changed = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._seed, self._speed = "", 0, 1.0

    @property
    def engine(self) -> str:
        """Id of an engine; "" for the scenario's own."""
        return self._engine

    @property
    def seed(self) -> int:
        """The seed of all randomness in the next run."""
        return self._seed

    @property
    def speed(self) -> float:
        """How fast time runs; infinite: waits cost nothing."""
        return self._speed

    def set_engine(self, engine: str) -> None:
        """Start with this engine from now on."""
        if engine != self._engine:
            self._engine = engine
            self.changed.emit()

    def set_seed(self, seed: int) -> None:
        """Start with this seed from now on."""
        if seed != self._seed:
            self._seed = seed
            self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """At once, also for what runs already."""
        if speed != self._speed:
            self._speed = speed
            self.speed_changed.emit(speed)
            self.changed.emit()


def speed_text(speed: float) -> str:
    """As the toolbar says it: 0.5x, max."""
    return "max" if math.isinf(speed) else f"{speed:g}x"
