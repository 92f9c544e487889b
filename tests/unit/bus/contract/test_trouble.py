"""What can be wrong with a broker."""

from __future__ import annotations

import pytest

from bus.contract.trouble import BrokerTrouble
from bus.engines import ENGINES


@pytest.mark.parametrize("trouble", BrokerTrouble)
@pytest.mark.parametrize("engine", [spec.id for spec in ENGINES.values() if not spec.models])
def test_real_brokers_are_left_alone(engine: str, trouble: BrokerTrouble) -> None:
    assert not ENGINES[engine].make().disturb(trouble, begins=True)
