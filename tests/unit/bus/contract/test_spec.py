"""What is known of engines before their code is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bus.engines import ENGINES

EMBEDDED = {"pyee", "pyee-asyncio", "pyee-threads", "sqlite"}
LOADED = """
import sys
import bus.session
print([name for name in sys.modules if name.startswith(("confluent_kafka", "aio_pika", "bus.engines.kafka."))])
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_what_needs_a_server_can_say_whether_it_is_there_and_remove_what_was_left(engine: str) -> None:
    spec = ENGINES[engine]
    assert spec.is_embedded == (engine in EMBEDDED)
    assert (spec.check is None) == (spec.clean is None) == spec.is_embedded
    assert spec.title.startswith(engine)


def test_who_asks_for_no_engine_loads_no_client_of_a_broker() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
