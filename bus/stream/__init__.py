"""Reads what a watched process writes into its memory-mapped files, and hands it on as frames of a capture.

    follower = StreamFollower(folder)           # the folder of one process
    follower.step(0.1, trace.feed)              # again and again, while `follower.problem` is empty

docs/stream-format.md has the layout; `buslens.stream` writes it.
"""

from __future__ import annotations

from bus.stream.follower import StreamFollower
from bus.stream.head import StreamState

__all__ = ["StreamFollower", "StreamState"]
