"""psygnal's signals, compiled or not: `hooks` puts the probe on one, `loops` see its emits, `turns` tell of the calls.

A compiled signal has no `__dict__` and no weak references, and nothing stands in for its methods. But compiled or not,
each holds the loop that calls its slots in an attribute: that is where the probe comes in.
"""

from __future__ import annotations

from buslens.adapters.psygnal.hooks import SignalHooks
from buslens.watching.hooks import Hooks

HOOKS: type[Hooks] = SignalHooks
