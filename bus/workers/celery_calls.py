"""Calls that Celery workers do for one run: sent as tasks, answered through a queue of the run, watched by its events.

Looks like the processes of a pool: `take` gives what stands for one call's worker. A thread of its own listens.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, cast

from bus.connections.model import UNDER_CONNECTIONS
from bus.errors import UserError
from bus.workers import celery_app
from bus.workers.celery_runs import Made
from bus.workers.conversation import CallFailure
from bus.workers.records import WorkRecords
from bus.workers.worker_talk import RunLink, WorkerTalk
from buslens.records import Kind

ANSWER_S = 3.0
"""Without a worker's answer for so long a person is told how to start one."""

LAST_WORD_S = 1.0
"""Between a worker's last word and Celery's own, which come in either order."""

PAUSE_S, LOOK_S, LEAVE_S, READY_S, FIRST_S = 0.5, 2.0, 5.0, 3.0, 0.05
_LOG = logging.getLogger("buslens")
_SILENT = logging.NullHandler()
_LIBRARIES = ("kombu", "amqp", "celery")

_START = "buslens worker FILE (the same file as here, saved)"
KINDS = {
    "task-received": Kind.WORK_RECEIVED,
    "task-started": Kind.WORK_STARTED,
    "task-succeeded": Kind.WORK_SUCCEEDED,
    "task-failed": Kind.WORK_FAILED,
    "task-retried": Kind.WORK_RETRIED,
}


class CeleryTask:
    """One call, as its thread talks about it."""

    pid = 0

    def __init__(self, calls: CeleryCalls) -> None:
        self.knows: object = None
        self.id = str(uuid.uuid4())
        self.call = 0
        """Id of the call that the task does."""

        self.attempt = 0
        self.heard: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.is_over_there = threading.Event()
        """Celery has said how it ended."""

        self.why = "the run was stopped"
        """Why the worker says nothing more, where that is so."""

        self._calls = calls
        self._attempts = 1
        self._queue = ""
        self._is_answered = False

    def send(self, said: dict[str, Any]) -> None:
        """A request is sent as a task. Answers to what the worker says have no way back."""
        if "scenario" in said:
            self._queue = celery_app.queue_of(said["content_hash"])
        elif "handler" in said:
            self.call, self._attempts = said["call"], said["attempts"]
            self._calls.send(self, said, self._queue)

    def hear(self) -> dict[str, Any] | None:
        """What the worker says next; None where the call was given up."""
        while (said := self._next()) is not None:
            if "started" in said:
                self.attempt += 1
                if self.attempt > self._attempts:
                    self.why = f"the Celery worker died in each of {self._attempts} attempts"
                    return None
            elif "retry" not in said:
                if "done" in said or "error" in said:
                    self.is_over_there.wait(LAST_WORD_S)
                return said
        return None

    def _next(self) -> dict[str, Any] | None:
        while True:
            try:
                said = self.heard.get(timeout=None if self._is_answered else ANSWER_S)
            except queue.Empty:
                self._calls.nobody_answers()
            else:
                return said
            finally:
                self._is_answered = True


class CeleryTalk(WorkerTalk):
    """From the request to the end of the task."""

    who = "the Celery worker"

    def lost(self) -> CallFailure:
        """Give the task up; why it did not come to its end."""
        assert self.child is not None
        task, self.child = self.child, None
        return CallFailure(self.lost_type, self._host.discard(task))


class CeleryCalls:
    """All of one run. Thread-safe."""

    def __init__(
        self, run: str, *, speed: Callable[[], float], records: WorkRecords, mark: Callable[[str], None]
    ) -> None:
        """Raises UserError where there is no Celery, or no broker of it."""
        self._url = celery_app.address()
        self._made = Made(run, self._url)
        self._speed = speed
        self._records = records
        self._mark = mark
        self._tasks: dict[str, CeleryTask] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listens = threading.Event()
        self._is_told = False
        self.trouble = ""
        """What a person should know now: that nobody takes the calls; empty while somebody does."""

        self._app = celery_app.application(self._url)
        self._producers = _producers(self._app)
        self._prepare()
        self._thread = threading.Thread(target=self._listen, name="celery answers", daemon=True)
        self._thread.start()
        self._listens.wait(READY_S)  # or what Celery says of the first calls would be missed

    def prepare(self, parallel: int) -> None:
        """Its workers are started by people."""

    def talk(self, run: RunLink) -> WorkerTalk:
        """With whoever takes the task."""
        return CeleryTalk(self, run)

    # Like a pool of processes

    def take(self) -> CeleryTask:
        """A new task, for one call."""
        return CeleryTask(self)

    def give_back(self, task: CeleryTask) -> None:
        """Forget a task whose call is over."""
        with self._lock:
            self._tasks.pop(task.id, None)

    def discard(self, task: CeleryTask) -> str:
        """Its call is given up: no worker shall begin it. Why is the task's to say."""
        self.give_back(task)
        try:
            with self._producers.connections.acquire(block=True) as connection:
                self._app.control.revoke(task.id, terminate=True, signal="SIGKILL", connection=connection)
        except Exception as error:
            _LOG.info("a Celery task could not be revoked: %s", error)
        return task.why

    def send(self, task: CeleryTask, request: dict[str, Any], workers: str) -> None:
        """Put a call into a queue of workers; where the broker does not take it, the call is given up."""
        speed = self._speed()
        with self._lock:
            if self._closed.is_set():
                task.heard.put(None)
                return
            self._tasks[task.id] = task
        told = {**request, "replies": self._made.replies, "speed": speed if speed < float("inf") else 0.0}
        try:
            with self._producers.acquire(block=True) as producer:
                self._app.send_task(
                    celery_app.TASK, (told,), task_id=task.id, queue=workers, producer=producer,
                    expires=celery_app.EXPIRES_S, confirm_timeout=celery_app.CONFIRM_S,
                )  # fmt: skip
        except Exception as error:
            task.why = f"Celery's broker does not take it: {error or type(error).__name__}"
            task.heard.put(None)

    def nobody_answers(self) -> None:
        """Tell the person that no worker takes a call; as a mark once a run."""
        with self._lock:
            told, self._is_told = self._is_told, True
        self.trouble = f"no Celery worker has this scenario, or none is free: start one with {_START}"
        if not told:
            self._mark(self.trouble)

    def kill(self) -> None:
        """The run ends: whoever waits for a worker waits no longer."""
        self._closed.set()
        with self._lock:
            tasks = list(self._tasks.values())
        for task in tasks:
            task.heard.put(None)

    def close(self) -> None:
        """Remove what the run made on the broker."""
        self.kill()
        self._thread.join(LEAVE_S)
        self._made.remove_from(self._app)
        self._producers.connections.force_close_all()
        self._app.close()

    # Talking with the broker

    def _prepare(self) -> None:
        """Both queues, so that nothing is said before somebody can hear it."""
        for library in _LIBRARIES:
            # What it logs is said by us; without a handler it would go to stderr.
            logging.getLogger(library).addHandler(_SILENT)
        self._made.begin()
        try:
            with self._app.connection_for_write(connect_timeout=3.0) as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, reraise_as_library_errors=False)
                self._reply_queue(connection).declare()
        except Exception as error:
            self._made.end()
            raise UserError(
                celery_app.why_unreachable(error, self._url),
                hint=f"start one on this machine, or say {UNDER_CONNECTIONS} or in {celery_app.VARIABLE} where it is; "
                "without a broker worker: process does the same on this machine, and the engine sqlite loses nothing",
            ) from None

    def _reply_queue(self, connection: Any) -> Any:
        import kombu

        made: Any = kombu.Queue  # type: ignore[attr-defined]  # its names are there when they are asked for
        return made(self._made.replies, channel=connection, durable=True, expires=celery_app.EXPIRES_S)

    def _listen(self) -> None:
        """Until the run ends, whatever the broker does meanwhile."""
        while not self._closed.is_set():
            try:
                with self._app.connection_for_read(heartbeat=10) as connection:
                    connection.ensure_connection(max_retries=1, interval_start=0)
                    self._consume(connection)
            except Exception as error:
                if not self._closed.is_set():
                    _LOG.info("Celery's broker is gone: %s", error)
                    self._closed.wait(PAUSE_S)

    def _consume(self, connection: Any) -> None:
        receiver = self._app.events.Receiver(connection, handlers={"*": self._happened})
        answers = connection.Consumer(self._reply_queue(connection), callbacks=[self._answered], accept=["json"])
        with contextlib.ExitStack() as consumers:
            for consumer in (answers, *receiver.get_consumers(connection.Consumer, connection.default_channel)):
                consumers.enter_context(consumer)
            looked = time.monotonic()
            while not self._closed.is_set():
                with contextlib.suppress(TimeoutError):
                    # The first time only subscribes, with Redis.
                    connection.drain_events(timeout=PAUSE_S if self._listens.is_set() else FIRST_S)
                self._listens.set()
                if time.monotonic() - looked > LOOK_S:
                    connection.heartbeat_check()
                    looked = time.monotonic()

    def _answered(self, body: Any, message: Any) -> None:
        message.ack()
        if isinstance(body, dict) and isinstance(body.get("task"), str):
            with self._lock:
                task = self._tasks.get(body["task"])
            self.trouble = ""
            if task is not None:
                task.heard.put({key: value for key, value in body.items() if key != "task"})

    def _happened(self, event: Any) -> None:
        """One of Celery's events: of anybody's tasks."""
        kind = KINDS.get(str(event.get("type")))
        with self._lock:
            task = self._tasks.get(str(event.get("uuid")))
        if kind is None or task is None:
            return
        note = str(event.get("hostname", ""))[:200]
        if event.get("exception"):
            note += f": {str(event['exception'])[:500]}"
        self._records.say(kind, task.call, note, attempt=max(1, task.attempt))
        if kind in (Kind.WORK_SUCCEEDED, Kind.WORK_FAILED):
            task.is_over_there.set()


def _producers(app: Any) -> Any:
    """What sends, on connections of one run.

    Celery's own are made by the first thread that asks, without a lock: another one's may be lost. And they are the
    same for all who go to this broker, so that no run could close them.
    """
    from kombu import pools

    limit, made = app.conf.broker_pool_limit, cast("Any", pools.ProducerPool)
    connections = app.connection_for_write().Pool(limit=limit)
    producers = made(connections, limit=limit)
    app.control.mailbox.producer_pool = producers
    return producers
