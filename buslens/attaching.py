"""`buslens.attach`: one object under watch, into a file, a recorder, or a buffer of its own."""

from __future__ import annotations

import os
from functools import partial
from typing import Any, Optional, Union

from buslens import adapters
from buslens.files import FILES
from buslens.probe import Probe
from buslens.recorder import Recorder
from buslens.redaction import Redaction


def attach(
    emitter: Any,
    *,
    recorder: Optional[Recorder] = None,
    name: str = "",
    bus: str = "",
    to: Optional[Union[str, os.PathLike[str]]] = None,
    redact: bool = True,
) -> Probe:
    """Watch `emitter` (of a library in `buslens/adapters`, as any pyee EventEmitter is).

    An emitter that is watched already gives the same probe again.

    to: a capture file that is written while the program runs; emitters with the same file share one capture. Without
    it, `probe.save(path)` writes one.
    recorder: where facts go, for several emitters in one capture; without `to`, whoever made it takes them from there.
    name: what the capture calls this program; the name of its script otherwise.
    bus: what the capture calls this emitter; otherwise its class, and where it was made or attached.
    redact: leave passwords, tokens, card numbers and their like out of the capture, with marks in their places (see
    `buslens.redaction`). Of a recorder that was made before, or a file that others write into, that was settled then.

    Raises ValueError where `to` or `recorder` cannot be: then nothing has changed.
    """
    known = adapters.probe_of(emitter)
    if known is not None and recorder is not None and recorder is not known.recorder:
        raise ValueError("this emitter is watched already, into another recorder: close its probe first")
    if to is None:
        return known or adapters.attach(emitter, recorder, name, bus, redact=redact)
    made = partial(Recorder.named, name, Redaction() if redact else None)
    link = FILES.link(to, known.recorder if known is not None else recorder, made)
    try:
        probe = known or adapters.attach(emitter, link.recorder, name, bus)
    except BaseException:
        if not link.users:
            link.stop()
        raise
    probe.use(link)
    return probe
