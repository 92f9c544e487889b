"""Watch the channels of pika, those of a BlockingConnection and those of its asynchronous connections."""

from __future__ import annotations

from buslens.adapters.pika.hooks import ChannelHooks
from buslens.watching.hooks import Hooks

HOOKS: type[Hooks] = ChannelHooks
