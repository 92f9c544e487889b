"""Watch the channels of aiormq: all that aio-pika sends and receives goes through them."""

from __future__ import annotations

from buslens.adapters.aiormq.hooks import ChannelHooks
from buslens.watching.hooks import Hooks

HOOKS: type[Hooks] = ChannelHooks
