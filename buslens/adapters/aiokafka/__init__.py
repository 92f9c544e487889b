"""Watch the producers and consumers of aiokafka."""

from __future__ import annotations

from buslens.adapters.aiokafka.hooks import ClientHooks
from buslens.watching.hooks import Hooks

HOOKS: type[Hooks] = ClientHooks
