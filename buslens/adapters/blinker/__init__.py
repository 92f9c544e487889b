"""Signals of blinker: `hooks` puts the probe on, `sends` sees them sent; `keys` knows receivers as it does."""

from __future__ import annotations

from buslens.adapters.blinker.hooks import SignalHooks
from buslens.watching.hooks import Hooks

HOOKS: type[Hooks] = SignalHooks
