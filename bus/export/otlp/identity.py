"""Whose spans these are: ids that are the same in every export of a capture and in no other, its wall clock, its names.

A capture is known by its header: process, pid, host and the moment when its clock began. A simulated run has none of
these: each export of it has ids of its own, and its time begins with the export.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable

from buslens.wire import Header

_MOST_NS = (1 << 64) - 1


class CaptureIdentity:
    """Makes the ids and times of one capture's spans."""

    def __init__(self, header: Header) -> None:
        if header.is_simulated:
            header = header._replace(wall_ns=time.time_ns(), host=uuid.uuid4().hex)
        known = (header.process, header.pid, header.host, header.wall_ns, header.mono_ns, header.clock)
        # As JSON in ASCII: a hostile header may hold letters that no encoding takes.
        self._begun = hashlib.blake2b(json.dumps(known).encode("ascii"), digest_size=16)
        self._offset_ns = header.wall_ns - header.mono_ns

    @property
    def instance(self) -> str:
        """A UUID of the process as this capture saw it, for `service.instance.id`."""
        return str(uuid.UUID(bytes=self._begun.digest()))

    def trace_id(self, root: int) -> bytes:
        """The 16 bytes of the trace that grew from a root dispatch."""
        return self._id(b"trace", root)

    def span_id(self, ident: int) -> bytes:
        """The 8 bytes of a dispatch's or call's span: their ids are of one sequence."""
        return self._id(b"span", ident)[:8]

    def unix_ns(self, time_ns: int) -> int:
        """Nanoseconds since 1970 of a time on the capture's clock, as the header ties them together."""
        return min(max(time_ns + self._offset_ns, 0), _MOST_NS)

    def _id(self, kind: bytes, ident: int) -> bytes:
        digest = self._begun.copy()
        digest.update(kind + ident.to_bytes(8, "little"))
        return digest.digest()


def system_of(header: Header, libraries: frozenset[str]) -> Callable[[str], str]:
    """What says the `messaging.system` of a bus by its class, such as `pyee.asyncio.AsyncIOEventEmitter`.

    Of a run that is its engine. Of a program that was watched it is the library where the class is the library's own;
    `_OTHER`, as OpenTelemetry's conventions call it, where the capture does not say.
    """
    engine = str(header.extra.get("engine") or "").partition("-")[0]

    def system(class_name: str) -> str:
        package = class_name.partition(".")[0]
        return engine or (package if package in libraries else "_OTHER")

    return system
