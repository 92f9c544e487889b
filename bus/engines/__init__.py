"""The engines, once. A new one is a folder beside these and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bus.contract.protocol import Engine
from bus.contract.spec import EngineSpec
from bus.contract.trouble import BrokerTrouble
from bus.engines import kafka, modelled, pyee, rabbitmq, sqlite

ENGINES: dict[str, EngineSpec] = {
    spec.id: spec
    for spec in (
        *(pyee.SYNCHRONOUS, pyee.ASYNCIO, pyee.THREADS, sqlite.SPEC, rabbitmq.SPEC, kafka.SPEC),
        *modelled.SPECS,
    )
}
"""By id, in the order in which people see them."""


def models_of(engine: str, trouble: BrokerTrouble) -> list[str]:
    """The engines that model this one's broker, and can let that go wrong with it."""
    return [spec.id for spec in ENGINES.values() if spec.models == engine and trouble in spec.troubles]


Makers = Mapping[str, Callable[[], Engine]]
"""By id: what makes such an engine."""

MAKERS: Makers = {spec.id: spec.make for spec in ENGINES.values()}
