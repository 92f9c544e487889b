"""A Celery application under watch for tests: a worker with `-A tests.helpers.watched_celery`; as a script it sends.

Its environment says where the capture goes (WATCHED_TO), where the broker is (WATCHED_BROKER), and which queue it uses.
"""

from __future__ import annotations

import os

import celery
from celery.exceptions import Reject

import buslens

buslens.start(to=os.environ["WATCHED_TO"])

app = celery.Celery("shop", broker=os.environ["WATCHED_BROKER"], backend="rpc://")
app.conf.update(task_default_queue=os.environ["WATCHED_QUEUE"], worker_send_task_events=False)


@app.task(bind=True, max_retries=2, name="charge")
def charge(self: celery.Task, order: int) -> int:
    if self.request.retries == 0:
        raise self.retry(exc=ValueError("no card"), countdown=0)
    ship.delay(order)
    return order


@app.task(name="ship", acks_late=True)
def ship(order: int) -> str:
    return f"shipped {order}"


@app.task(name="refuse", bind=True, acks_late=True)
def refuse(self: celery.Task) -> None:
    raise Reject("not mine", requeue=not self.request.delivery_info["redelivered"])


if __name__ == "__main__":
    refuse.delay()
    print(charge.delay(7).get(timeout=60))
    buslens.stop()
