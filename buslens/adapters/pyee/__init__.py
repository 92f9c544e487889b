"""pyee's emitters, of every kind: `hooks` puts the probe on, `dispatch`, `direct` and `around` see the emits.

Which of these three depends on who calls a handler, and when: pyee at once, pyee through something else, or a subclass.
"""

from __future__ import annotations

from buslens.adapters.pyee.hooks import PyeeHooks
from buslens.watching.hooks import Hooks

HOOKS: type[Hooks] = PyeeHooks
