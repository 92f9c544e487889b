"""Records of a stream as a program writes them, and files of them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from buslens.records import BlobKind, NameKind
from buslens.stream.layout import BLOB, FORM, NAME, OPENING, RECORD, VALUES, chunk_name


def blob(ident: int, body: bytes, kind: int = BlobKind.PAYLOAD_JSON) -> bytes:
    """A payload."""
    return RECORD.pack(ident, kind, 0, BLOB, len(body)) + body


def name(ident: int, text: str) -> bytes:
    """The name of a thread."""
    body = json.dumps({"text": text}).encode()
    return RECORD.pack(ident, NameKind.LANE, 0, NAME, len(body)) + body


def opening(ident: int, *common: int) -> bytes:
    """An event, the number of its handlers, and these."""
    return RECORD.pack(ident, 0, 0, OPENING, 4 * len(common)) + struct.pack(f"<{len(common)}I", *common)


def form(ident: int, body: bytes = b'[["[",",","]"],"qq"]') -> bytes:
    """By default that of two numbers."""
    return RECORD.pack(ident, 0, 0, FORM, len(body)) + body


def values(ident: int, *numbers: int, of: int = 1) -> bytes:
    """A payload of which there are the numbers alone; of: its form."""
    body = struct.pack(f"<I{len(numbers)}q", of, *numbers)
    return RECORD.pack(ident, BlobKind.PAYLOAD_JSON, 0, VALUES, len(body)) + body


def write_chunks(folder: Path, stem: str, *chunks: bytes, first: int = 1) -> None:
    """Each with room behind its records."""
    for number, chunk in enumerate(chunks, first):
        (folder / chunk_name(stem, number)).write_bytes(chunk + bytes(64))
