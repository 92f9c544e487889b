"""The bytes of a stream (docs/stream-format.md): a page that says whose it is, slots for facts, records for bytes.

All numbers are little-endian. A slot is packed by one call whose last store is its mark, 8 bytes at a multiple of 8: so
whoever reads the mark first and the slot after it finds the slot whole.
"""

from __future__ import annotations

import struct
import zlib

from buslens.json_text import json_of
from buslens.texts import json_utf8
from buslens.wire import Header

MAGIC = b"BUSTREAM"
VERSION = 3

HEAD, FACTS, BYTES, NAMES = "head", "facts", "bytes", "names"
"""Files of a stream: its first page, and what the names of its chunks begin with (`chunk_name`).

Chunks of NAMES are few, and stay: they have what any slot and payload may mention, however late somebody reads it.
"""

PAGE = 4096
PRELUDE = struct.Struct("<8sHHII")
"""magic, version, bytes of a slot, length of the JSON that follows, its CRC-32."""

STATE = 3072
"""Where in the first page the numbers of 8 bytes begin that change: CLOSED, then COST, then dropped facts by kind."""

CLOSED, COST_AT, DROPPED = STATE, STATE + 8, STATE + 64
COST = struct.Struct("<6Q")
"""own_ns, cpu_ns, slots, bytes, told_ns, step: what being watched has cost until then, and what is left out now."""

KINDS = 64
"""Kinds of facts that are counted apart; the last one has all others."""

SLOT = 64
OPENED, STARTED, NEXT, ENDED, WHOLE, FURTHER = 1, 2, 3, 4, 5, 6
"""The lowest byte of a mark: what the slot says. Of OPENED and FURTHER the upper half is the opening, of STARTED and
NEXT the handler.

OPENED: an event was emitted, and its first call began at once. NEXT: a call ended well, and the next one of its
dispatch began. WHOLE: any fact. FURTHER: there are further calls of an OPENED, each of which begins in place when the
one before ends well.
"""

AWAITS_END = 1 << 8
"""In a mark: a time will be stored in the slot when the call of a NEXT, or the last one of an OPENED, ends well."""

TIMES = 5
"""Calls of a FURTHER: their times stand at its beginning."""

ELSEWHERE = -1
"""In place of a time: another slot says how the call ended, and whether a further one began."""

PACK_OPENED = struct.Struct("<8xqQQQI12xQ").pack_into
"""time_ns, call, parent call, blob, lane, mark; the dispatch is `call - 1`. NEXT: time_ns, call, dispatch, ended call,
lane, mark."""

PACK_FURTHER = struct.Struct("<40xIHHQQ").pack_into
"""lane, which of the handlers is the first one of the slot, how many are in it, first call of the dispatch, mark. A
handler's call is that one and twice the handler's place; the dispatch is `call - 1`."""

PACK_STARTED = struct.Struct("<8xqQQ8xI12xQ").pack_into
"""time_ns, call, dispatch, lane, mark."""

PACK_ENDED = struct.Struct("<8xqQ32xQ").pack_into
"""time_ns, call, mark."""

PACK_WHOLE = struct.Struct("<8xqQQQIIBBHIQ").pack_into
"""time_ns, id, parent, blob, lane, count, kind, outcome, flags, name, mark."""

NUMBER = struct.Struct("<Q")
"""CLOSED, and each of the dropped."""

RECORD = struct.Struct("<QBBHI")
PACK_RECORD = RECORD.pack
"""id, kind, 1 where it was cut, what it is (BLOB and VALUES in BYTES, the others in NAMES), length of what follows.

The id of a blob, and of values in its place, is what a fact has as its blob. kind: of the blob or the name.
"""

BLOB, NAME, OPENING, FORM, VALUES = 0, 1, 2, 3, 4
"""FORM: the JSON of many payloads but for their values. VALUES: those of one payload, behind the id of its form."""

FORM_ID = struct.Struct("<I")

LARGEST_FORM = 2048
"""Bytes: so much JSON can come of a few bytes of values."""

OPENING_BODY = struct.Struct("<III")
"""event, number of handlers, first handler: what many emits have in common. The other handlers follow, 4 bytes each."""

_LONGEST = 512


def chunk_name(stem: str, number: int) -> str:
    """The name of a chunk, from 1 on."""
    return f"{stem}.{number:06d}"


def budget_of(page: bytes) -> "tuple[float, int]":
    """What a first page says of its process's budget, and when the process began to record; 0 where it does not say."""
    import json  # not where a stream is only written

    length = PRELUDE.unpack_from(page)[3]
    try:
        told = json.loads(page[PRELUDE.size : PRELUDE.size + length])
        found, began_ns = told["extra"].get("budget"), told["mono_ns"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return 0.0, 0
    is_share = type(found) is float and 0 <= found <= 1
    return (found if is_share else 0.0), (began_ns if type(began_ns) is int else 0)


def pack_page(header: Header) -> bytes:
    """The first page of a stream."""
    told = header._asdict()
    told["process"], told["host"] = told["process"][:_LONGEST], told["host"][:_LONGEST]
    body = json_utf8(json_of(told))
    if PRELUDE.size + len(body) > STATE:
        raise ValueError(f"what this process says of itself takes {len(body)} bytes: it is too much")
    return (PRELUDE.pack(MAGIC, VERSION, SLOT, len(body), zlib.crc32(body)) + body).ljust(PAGE, b"\0")
