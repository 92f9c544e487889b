"""Where the calls of handlers with a `worker` run, seen from the run: threads, processes, Celery."""

from bus.workers.celery import CELERY
from bus.workers.kind import WorkerKind
from bus.workers.process import PROCESS
from bus.workers.thread import THREAD

INLINE = "inline"
"""What `worker:` says where a handler has none: its calls run on the bus."""

KINDS: dict[str, WorkerKind] = {kind.id: kind for kind in (THREAD, PROCESS, CELERY)}
"""By id, in the order in which people see them."""
