"""What Kafka carries through Buslens and through confluent-kafka alone: durable events of 1 KB, acks=all, one consumer.

*bare* publishes with an idempotent producer, as many on their way as Buslens has, and consumes what comes on a thread
of its own, committing the offset of each event, one commit on its way at a time; *engine* is a whole scenario through
`Session`, with all its records taken in. They take turns; the ratio is the median of the turns. *sqlite* is the same
scenario on the embedded log: what Buslens itself can carry. *one at a time* begins two seconds after the run's first
event, whose topic is made and whose clients connect meanwhile: that one has rows of its own.
Needs a server (`python3 dev.py brokers up`).
"""

from __future__ import annotations

import math
import secrets
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.durable_sqlite import BODY, SCENARIO, between
from bus.engines.kafka import names as kafka_names
from bus.engines.kafka.admin import Admin
from bus.engines.kafka.publishing import UNCONFIRMED
from bus.errors import UserError
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from buslens.records import Kind, Outcome

EVENTS = 5_000
TURNS = 5
ONE_BY_ONE = 300


def measure() -> list[dict[str, Any]]:
    """Throughput in events a second, and times of single events in milliseconds."""
    try:
        admin = Admin(kafka_names.address())
        admin.reach()
    except UserError as error:
        return [{"figure": f"not measured: {error}"}]
    turns = [(Bare(admin).throughput(EVENTS), EVENTS / run(EVENTS, "")[0]) for _ in range(TURNS)]
    bares, ours = ([turn[which] for turn in turns] for which in (0, 1))
    log = EVENTS / run(EVENTS, "", engine="sqlite")[0]
    alone, (_, trace) = Bare(admin).one_by_one(), run(ONE_BY_ONE, ", every: 5ms", speed=1.0)
    confirmed, delivered = between(trace, Kind.CONFIRMED), between(trace, Kind.DELIVERED)
    first = [between_first(trace, kind) for kind in (Kind.CONFIRMED, Kind.DELIVERED)]
    return [
        {
            "figure": "published, delivered, committed, events/s",
            "target": ">= 0.7 x bare",
            "bare": median(bares),
            "engine": median(ours),
            "engine / bare": median(our / by for by, our in turns),
            "sqlite": log,
        },
        {"figure": "one at a time: confirmed after, ms (p50)", "bare": alone[0], "engine": confirmed},
        {
            "figure": "one at a time: delivered after, ms (p50)",
            "target": "<= 1 ms added",
            "bare": alone[1],
            "engine": delivered,
        },
        {"figure": "first event of a run: confirmed after, ms", "engine": first[0]},
        {"figure": "first event of a run: delivered after, ms", "engine": first[1]},
    ]


class Bare:
    """What a person would write with the client library."""

    def __init__(self, admin: Admin) -> None:
        from confluent_kafka import Consumer, Producer

        self._admin = admin
        self._topic = f"buslens-bench-{secrets.token_hex(4)}"
        admin.make_topic(self._topic, 1)
        settings = kafka_names.settings(kafka_names.address())
        self._producer = Producer({**settings, "enable.idempotence": True, "linger.ms": 0})
        self._commits = 0
        self._consumer = Consumer(
            {
                **settings,
                "group.id": self._topic,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "on_commit": self._committed,
            }
        )
        self._consumer.subscribe([self._topic])
        self._producer.produce(self._topic, BODY)
        self._producer.flush(10)
        while self._consumer.poll(0.1) is None:  # connecting is not a throughput
            pass
        self.confirmed: list[float] = []
        self.delivered: list[float] = []

    def _committed(self, _error: Any, _offsets: Any) -> None:
        self._commits -= 1

    def throughput(self, times: int) -> float:
        """Events a second."""
        reader = threading.Thread(target=self._read, args=(times,))
        began = time.perf_counter()
        reader.start()
        for _ in range(times):
            while len(self._producer) >= UNCONFIRMED:
                self._producer.poll(0.01)
            self._producer.produce(self._topic, BODY, on_delivery=self._confirm)
            self._producer.poll(0)
        self._producer.flush(60)
        reader.join()
        took = time.perf_counter() - began
        assert len(self.confirmed) == times
        self._end()
        return times / took

    def one_by_one(self) -> tuple[float, float]:
        """Milliseconds from publishing to the confirmation and to the consumer, in the middle."""
        confirmed, delivered, pause = [], [], threading.Event()
        reader = threading.Thread(target=self._read, args=(ONE_BY_ONE,))
        reader.start()
        for number in range(ONE_BY_ONE):
            began = time.perf_counter()
            self._producer.produce(self._topic, BODY, on_delivery=self._confirm)
            while len(self.confirmed) <= number:
                self._producer.poll(0.01)
            while len(self.delivered) <= number:
                pause.wait(0.0005)
            confirmed.append(self.confirmed[-1] - began)
            delivered.append(self.delivered[-1] - began)
            pause.wait(0.005)
        reader.join()
        self._end()
        return 1000 * median(confirmed), 1000 * median(delivered)

    def _confirm(self, error: Any, _: Any) -> None:
        assert error is None
        self.confirmed.append(time.perf_counter())

    def _read(self, times: int) -> None:
        message = None
        while len(self.delivered) < times:
            found = self._consumer.poll(0.1)
            if found is not None:
                message = found
                self.delivered.append(time.perf_counter())
                if not self._commits:
                    self._commits += 1
                    self._consumer.commit(message=message, asynchronous=True)
        self._consumer.commit(message=message, asynchronous=False)

    def _end(self) -> None:
        self._consumer.close()
        self._admin.remove([self._topic], [self._topic])


def run(times: int, every: str, speed: float = math.inf, engine: str = "kafka") -> tuple[float, Trace]:
    """Seconds from the first emit to the last acknowledgement of a whole run, and its trace."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.yaml"
        # One event first, and all is connected: at full speed time passes when it is acknowledged.
        text = SCENARIO.format(body=BODY.decode(), times=times, every=every)
        wait = "1ms" if math.isinf(speed) else "2s"
        path.write_text(text.replace("script: [", f"script: [{{emit: a, with: {BODY.decode()}}}, {{wait: {wait}}}, "))
        session = Session(Settings(), trusted=bool)
        session.open_scenario(path)
        session.start(engine=engine, speed=speed)
        while len(session.trace.dispatches) < 2:
            session.wait(0.002)
        began = time.perf_counter()
        assert session.wait(600)
        took = time.perf_counter() - began
        trace = session.trace
        assert (trace.calls.outcome == Outcome.OK).sum() == times + 1
        session.close()
    return took, trace


def between_first(trace: Trace, kind: Kind) -> float:
    """Milliseconds from the first emit of a run to what the broker said of it."""
    told = trace.deliveries
    of_first = (told.view("kind") == kind) & (told.view("dispatch") == trace.dispatches.id[0])
    return float((told.view("time_ns")[of_first][0] - trace.dispatches.emitted_ns[0]) / 1e6)


if __name__ == "__main__":
    for one in measure():
        print(one)
