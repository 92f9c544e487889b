"""What a Celery worker of Buslens does: a task is a call of a handler; what that asks for goes to the run's queue."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

from bus.contract.protocol import ConsumerDied
from bus.runtime.clock import NEVER, S
from bus.scenario.texts import ScenarioTexts
from bus.worker_process.handlers import ScenarioHandlers
from bus.workers.celery_app import CONFIRM_S, TASK, application

MOST_ATTEMPTS = 1000
_LONGEST_S = 3600.0
_REPLIES = re.compile(r"buslens-[0-9A-Za-z-]{1,100}\.replies")


class HandlerFailed(Exception):
    """What Celery is told of a call that failed; the reasons stand on the timeline."""


def serving(url: str, texts: ScenarioTexts, file: str, *, trusted: bool) -> Any:
    """An application that has the task, for workers of one scenario. Raises UserErrors where the texts are none."""
    app = application(url)
    runner = TaskRunner(app, texts, file, trusted=trusted)

    @app.task(bind=True, name=TASK, shared=False)  # type: ignore[untyped-decorator]
    def call(self: Any, request: dict[str, Any]) -> None:
        if not _is_sane(request):
            raise HandlerFailed("this is no call of Buslens")
        failed = runner.call(request, self.request.id, self.request.retries)
        if failed is not None:
            if not _is_last(request, self.request.retries):
                raise self.retry(countdown=0, max_retries=int(request["attempts"]), exc=failed)
            raise failed

    return app


def _is_last(request: dict[str, Any], retries: int) -> bool:
    """Whether a task that Celery has begun again so often is not begun once more."""
    return retries + 1 >= int(request["attempts"])


def _is_sane(request: Any) -> bool:
    """Anybody may have put it there: answers go to no queue but a run's, and nothing is tried without an end."""
    return (
        isinstance(request, dict)
        and bool(_REPLIES.fullmatch(str(request.get("replies"))))
        and all(type(request.get(key)) is int for key in ("seed", "count", "number", "attempts"))
        and 1 <= request["attempts"] <= MOST_ATTEMPTS
        and all(isinstance(request.get(key), str) for key in ("handler", "event"))
        and isinstance(request.get("counters"), dict)
        and type(request.get("speed")) in (int, float)
    )


class TaskRunner:
    """Does calls in this worker's process, and answers into the queue of whichever run asked."""

    def __init__(self, app: Any, texts: ScenarioTexts, file: str, *, trusted: bool) -> None:
        self._app = app
        self._trusted = trusted
        self._texts, self._file = texts, file
        self._run = _ReplyQueue()
        self._by_seed: dict[int, ScenarioHandlers] = {}
        ScenarioHandlers(texts, file, 0, self._run)  # raises here, not in the middle of a call

    def call(self, request: dict[str, Any], task: str, retries: int) -> HandlerFailed | None:
        """One call; what Celery is told where it failed. Where the handler crashes this process is killed."""
        handlers = self._handlers_of(int(request["seed"]))
        with self._speaking(request, task) as run:
            try:
                failed = handlers.call({**request, "trusted": self._trusted})
            except ConsumerDied:
                os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
                raise
            if failed is None:
                run.say(done=True)
                return None
            kind, message, lines = handlers.told(failed)
            run.say(**{"error" if _is_last(request, retries) else "retry": [kind, message, lines]})
            return HandlerFailed(f"{kind}: {message}"[:1000])

    def _handlers_of(self, seed: int) -> ScenarioHandlers:
        if seed not in self._by_seed:
            self._by_seed[seed] = ScenarioHandlers(self._texts, self._file, seed, self._run)
        return self._by_seed[seed]

    @contextlib.contextmanager
    def _speaking(self, request: dict[str, Any], task: str) -> Iterator[_ReplyQueue]:
        with self._app.producer_pool.acquire(block=True) as producer:
            self._run.begin(producer, str(request["replies"]), task, float(request["speed"]))
            yield self._run


class _ReplyQueue:
    """The link to the run that asked: what is said goes into its queue, one after another, and nothing comes back."""

    def begin(self, producer: Any, replies: str, task: str, speed: float) -> None:
        """A call of a task begins. speed: of the run's clock, times real time; 0: it jumps."""
        self._producer, self._replies, self._task = producer, replies, task
        self._speed = speed
        self.say(started=f"{socket.gethostname()}, process {os.getpid()}")

    def say(self, **said: Any) -> None:
        """Tell the run something of this call."""
        self._producer.publish(
            {"task": self._task, **said},
            routing_key=self._replies,
            serializer="json",
            delivery_mode="persistent",
            confirm_timeout=CONFIRM_S,
            retry=True,
            retry_policy={"max_retries": 10, "interval_start": 0.1, "interval_step": 0.5, "interval_max": 3},
        )

    def emit(self, event: str, value: Any) -> None:
        """Put an event on the run's bus; what the emit raises there is seen there."""
        self.say(emit=[event, value])

    def log(self, text: str) -> None:
        """Leave a line on the run's timeline."""
        self.say(log=text)

    def count(self, name: str) -> None:
        """Add one to a counter of the run."""
        self.say(count=name)

    def wait(self, ns: int) -> None:
        """On this machine's clock, at the run's speed; where that is without a limit the run's own clock waits."""
        if self._speed <= 0:
            self.say(wait=ns)
            return
        left = _LONGEST_S * 24 if ns >= NEVER else ns / S / self._speed
        nobody = threading.Event()
        while left > 0:
            nobody.wait(min(left, _LONGEST_S))
            left -= _LONGEST_S
