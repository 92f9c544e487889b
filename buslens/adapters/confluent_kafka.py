"""confluent-kafka cannot be watched without the program noticing: says so wherever somebody may look for it."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NoReturn, Optional

from buslens.watching.hooks import Hooks
from buslens.watching.methods import MethodHooks

WHY = (
    "what goes over confluent-kafka is not seen: its Producer and Consumer are compiled classes in which nothing can "
    "listen, and another class in their place would be another class to the program; aiokafka is watched"
)


class RefusedClients(MethodHooks):
    """Puts no hook anywhere, and says why."""

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """Raises TypeError."""
        return _refuse()

    @classmethod
    def of(cls, emitter: Any) -> Optional[Any]:
        """Raises TypeError."""
        return _refuse()


def _refuse() -> NoReturn:
    raise TypeError(WHY)


HOOKS: type[Hooks] = RefusedClients
