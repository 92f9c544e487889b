"""The stream: each watched process writes its facts itself, into files that are mapped into its memory.

    recorder = StreamRecorder.into(folder)      # makes a folder of this process's own in `folder`
    buslens.attach(emitter, recorder=recorder)

No thread, no lock on the way of a fact, nothing to flush: what was recorded is there however the process ends.
docs/stream-format.md has the layout; `bus.stream.StreamFollower` reads it.
"""

from __future__ import annotations

from buslens.stream.recorder import StreamRecorder
from buslens.stream.space import StreamLimits

__all__ = ["StreamLimits", "StreamRecorder"]
