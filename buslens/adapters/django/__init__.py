"""Signals of Django: `hooks` puts the probe on, `sends` sees them sent; `keys` knows receivers as it does."""

from __future__ import annotations

from buslens.adapters.django.hooks import SignalHooks
from buslens.watching.hooks import Hooks

HOOKS: type[Hooks] = SignalHooks
