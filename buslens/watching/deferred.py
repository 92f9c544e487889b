"""What a handler gives back whose work goes on elsewhere. Apart, because few programs need what it is made of."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any


class Deferred(Future[Any]):
    """The call of its handler ends with it, whatever the library thinks."""

    __buslens_deferred__ = True
    """By which a `Watch` knows it."""
