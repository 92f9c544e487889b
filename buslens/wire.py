"""Frames: how records travel on a wire and lie in a file, checked and bounded.

A capture is a header and then frames. Appending only; whoever reads stops at the first frame that is not whole.
Nothing here is pickled or evaluated. The byte layout is documented in docs/capture-format.md.
"""

import os
import struct
import sys
import time
import zlib
from typing import Any, Iterator, NamedTuple, Optional, Union

from buslens.json_text import json_of
from buslens.texts import json_utf8

MAGIC = b"BUSLENS\n"
VERSION = 1
MAX_HEADER = 64 * 1024
MAX_FRAME = 64 * 1024 * 1024
MAX_NAME = 4096
MAX_BLOB = 1024 * 1024

PRELUDE = struct.Struct("<8sHHII")
"""magic, version, reserved (0), length of the JSON that follows, its CRC-32."""

FRAME = struct.Struct("<IBBHI")
"""length of the body, frame kind, two reserved fields (0), CRC-32 of the body."""

NAME_ENTRY = struct.Struct("<IBBHI")
"""name id, NameKind, reserved, reserved, length of the UTF-8 JSON object that follows."""

BLOB_ENTRY = struct.Struct("<QBBHI")
"""blob id, BlobKind, 1 where the text was cut else 0, reserved, length of the bytes that follow."""

NAMES, FACTS, BLOBS, NOTES, END, PROCESSES = 1, 2, 3, 4, 5, 6


class WireError(ValueError):
    """Bytes that are not a capture, or not of a version that this program reads."""


class DamagedFrame(ValueError):
    """A frame that is not whole or whose checksum does not match: everything before it is good."""


class Header(NamedTuple):
    """Who produced a capture, and which wall-clock time its nanoseconds count from."""

    process: str
    pid: int
    host: str
    wall_ns: int
    """Wall clock, nanoseconds since the Unix epoch, at the moment when the monotonic clock read `mono_ns`."""

    mono_ns: int
    clock: str = "monotonic"
    """"monotonic", or "virtual" where time is simulated."""

    extra: dict[str, Any] = {}
    """What else the producer says of itself: engine, seed, scenario, versions. JSON values only."""

    @property
    def is_simulated(self) -> bool:
        """Whether no process, machine and time of day belong to it: see `simulated`."""
        return self.clock == "virtual" and not self.pid and not self.wall_ns

    @classmethod
    def here(cls, *, clock: str = "monotonic", mono_ns: Optional[int] = None, **extra: Any) -> "Header":
        """The header of this process, now."""
        return cls(
            process=os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else "python",
            pid=os.getpid(),
            host=_host(),
            wall_ns=time.time_ns(),
            mono_ns=time.monotonic_ns() if mono_ns is None else mono_ns,
            clock=clock,
            extra=extra,
        )


def simulated(**extra: Any) -> Header:
    """The header of a run in virtual time of which nothing outside is a part: it is the same wherever that is run."""
    return Header("buslens", 0, "", 0, 0, "virtual", extra)


def pack_header(header: Header) -> bytes:
    """The bytes that a capture starts with."""
    body = json_utf8(json_of(header._asdict()))
    if len(body) > MAX_HEADER:
        raise ValueError(f"header of {len(body)} bytes, at most {MAX_HEADER} fit")
    return PRELUDE.pack(MAGIC, VERSION, 0, len(body), zlib.crc32(body)) + body


def unpack_header(data: Union[bytes, memoryview]) -> Optional[tuple[Header, int]]:
    """The header and where the frames start; None where `data` ends inside the header.

    Raises WireError for anything that is not a capture.
    """
    start = bytes(data[: len(MAGIC)])
    if start != MAGIC[: len(start)]:
        raise WireError("this is not a Buslens capture (the first bytes are not BUSLENS)")
    if len(data) < PRELUDE.size:
        return None
    _, version, _, length, checksum = PRELUDE.unpack_from(data)
    if version != VERSION:
        raise WireError(f"capture format version {version}; this Buslens reads version {VERSION}")
    if length > MAX_HEADER:
        raise WireError(f"the header claims {length} bytes, at most {MAX_HEADER} are allowed")
    end = PRELUDE.size + length
    if len(data) < end:
        return None
    body = bytes(data[PRELUDE.size : end])
    if zlib.crc32(body) != checksum:
        raise WireError("the header's checksum does not match: the file is damaged")
    return header_from(body), end


def header_from(body: bytes) -> Header:
    """The header that this JSON says. Raises WireError."""
    import json  # not where a capture is only written

    try:
        fields = json.loads(body)
        header = Header(
            process=str(fields["process"])[:MAX_NAME],
            pid=int(fields["pid"]),
            host=str(fields["host"])[:MAX_NAME],
            wall_ns=int(fields["wall_ns"]),
            mono_ns=int(fields["mono_ns"]),
            clock=str(fields["clock"]),
            extra=dict(fields["extra"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise WireError(f"the header cannot be read ({type(error).__name__})") from None
    if header.clock not in ("monotonic", "virtual"):
        raise WireError("the header names a clock that this Buslens does not know")
    return header


def pack_frame(kind: int, body: bytes) -> bytes:
    """One frame: its length, kind and checksum, then `body`."""
    return FRAME.pack(len(body), kind, 0, 0, zlib.crc32(body)) + body


END_MARK = pack_frame(END, b"")
"""Says that a capture is complete: whoever follows the file as it grows need not wait for more."""


def pack_name(ident: int, kind: int, **fields: Any) -> bytes:
    """One entry of a NAMES frame; `fields` holds `text` and what docs/capture-format.md lists for its kind."""
    body = json_utf8(json_of(fields))
    return NAME_ENTRY.pack(ident, kind, 0, 0, len(body)) + body


def packed_names(packed: "bytes | bytearray") -> Iterator[bytes]:
    """Each of the entries that stand one after the other."""
    start = 0
    while start < len(packed):
        end = start + NAME_ENTRY.size + NAME_ENTRY.unpack_from(packed, start)[-1]
        yield bytes(packed[start:end])
        start = end


def pack_blob(ident: int, kind: int, body: bytes, cut: bool) -> bytes:
    """One entry of a BLOBS frame."""
    return BLOB_ENTRY.pack(ident, kind, int(cut), 0, len(body)) + body


def frames(data: Union[bytes, memoryview], start: int) -> Iterator[tuple[int, memoryview, int]]:
    """Each whole frame of `data` from `start`: its kind, its body (a view, not a copy) and where the next one begins.

    Ends where `data` ends inside a frame (more may come). Raises DamagedFrame where one is damaged or too long.
    """
    view = memoryview(data)
    at = start
    while at + FRAME.size <= len(view):
        length, kind, _, _, checksum = FRAME.unpack_from(view, at)
        if length > MAX_FRAME:
            raise DamagedFrame(f"the frame at byte {at} claims {length} bytes, at most {MAX_FRAME} are allowed")
        end = at + FRAME.size + length
        if end > len(view):
            return
        body = view[at + FRAME.size : end]
        if zlib.crc32(body) != checksum:
            raise DamagedFrame(f"the checksum of the frame at byte {at} does not match")
        yield kind, body, end
        at = end


def _host() -> str:
    """The name of this machine as `socket.gethostname` has it, which POSIX tells without loading all of that."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    import socket

    return socket.gethostname()
