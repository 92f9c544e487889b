"""The table of docs/simulation.md: how often models of brokers did what the real ones did.

`python -m tests.helpers.agreement` prints it. It asks the brokers of the environment (`python3 dev.py brokers up`).
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bus.engines import ENGINES
from bus.engines.kafka import names as kafka_names
from bus.engines.rabbitmq import names as rabbitmq_names
from bus.models.kafka import KafkaModel
from bus.models.rabbitmq import RabbitModel
from bus.models.sqlite import LogModel
from tests.helpers.both_kafkas import SCENARIOS, BothKafkas
from tests.helpers.both_logs import LIVES, BothLogs
from tests.helpers.both_rabbits import LIMITS, BothRabbits
from tests.helpers.both_rabbits import SCENARIOS as RABBITS

SCENARIOS_EACH = 100
Compare = Callable[[Any], tuple[int, Counter[str]]]
"""Takes a scenario; says how many steps it has, and what was the same."""

TIMEOUT_S = 10.0


def of_sqlite(lives: Any) -> tuple[int, Counter[str]]:
    """A Compare."""
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "log"
        first.mkdir()
        both = BothLogs(first, LogModel())
        both.compare(lives)
    return sum(len(steps) for steps, _ in lives), both.compared


def of_rabbitmq(drawn: Any) -> tuple[int, Counter[str]]:
    """A Compare."""
    steps, prefetch, limit = drawn
    both = BothRabbits(rabbitmq_names.address(), RabbitModel(), prefetch=prefetch, limit=limit)
    asyncio.run(both.compare(steps))
    return len(steps), both.compared


def of_kafka(steps: Any) -> tuple[int, Counter[str]]:
    """A Compare."""
    both = BothKafkas(kafka_names.settings(kafka_names.address()), KafkaModel(shares_out=False))
    both.compare(steps)
    return len(steps), both.compared


def row(
    engine: str, version: str, drawn: st.SearchStrategy[Any], compare: Callable[[Any], tuple[int, Counter[str]]]
) -> str:
    """One line of the table. Raises AssertionError at the first difference."""
    scenarios = steps = 0
    same: Counter[str] = Counter()

    @settings(
        max_examples=SCENARIOS_EACH,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def compared(scenario: Any) -> None:
        nonlocal scenarios, steps
        more, found = compare(scenario)
        scenarios, steps = scenarios + 1, steps + more
        same.update(found)

    compared()
    outcomes = ", ".join(f"{count:,} {what}" for what, count in sorted(same.items()))
    return f"| `{engine}` | {version} | {scenarios} | {steps:,} | {outcomes} | 0 |"


def version_of(engine: str, url: str) -> str:
    """As the server says it."""
    check = ENGINES[engine].check
    assert check is not None
    return check(url, TIMEOUT_S)


def main() -> None:
    """Print the table."""
    rabbits = st.tuples(RABBITS, st.integers(1, 3), LIMITS)
    print("| model | compared with | scenarios | steps | outcomes that were the same | different |")
    print("| --- | --- | --- | --- | --- | --- |")
    print(row("sqlite-model", f"SQLite {sqlite3.sqlite_version}", LIVES, of_sqlite), flush=True)
    rabbit = version_of("rabbitmq", rabbitmq_names.address())
    print(row("rabbitmq-model", rabbit, rabbits, of_rabbitmq), flush=True)
    kafka = version_of("kafka", kafka_names.address())
    print(row("kafka-model", kafka, SCENARIOS, of_kafka), flush=True)


if __name__ == "__main__":
    main()
