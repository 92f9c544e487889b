"""`worker: thread`: the calls of a handler run on a pool of threads of its own."""

from __future__ import annotations

from bus.workers.kind import WorkerKind

THREAD = WorkerKind("thread", "threads")
