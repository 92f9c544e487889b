"""Where every random draw of a run comes from: streams of numbers by name, each of them decided by the run's seed.

Whoever wants to decide draws in another way, such as who explores what else might have happened, puts another one in
its place.
"""

from __future__ import annotations

import random


class Draws:
    """The streams of one run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def stream(self, *name: object) -> random.Random:
        """A new stream from its beginning; the same name, the same numbers. From any thread."""
        return random.Random(":".join(map(str, (self.seed, *name))))
