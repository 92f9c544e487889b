"""Messages on their way to RabbitMQ: many confirmations outstanding at once, and none forgotten with a connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from bus.contract.delivery import Confirmed, Message, News, Refused
from bus.engines.rabbitmq import names
from bus.engines.rabbitmq.link import Link, Lost

UNCONFIRMED = 500
"""Messages on their way at once; more wait here."""


class Publisher:
    """Lives on the client's loop. A message is kept until the broker has said what became of it."""

    def __init__(self, say: Callable[[News], None], lost: Lost) -> None:
        self._say = say
        self._lost = lost
        self._link: Link | None = None
        self._unanswered: dict[int, Message] = {}
        """By dispatch, in the order in which they were published."""

        self._waiting: deque[Message] = deque()
        """Of these: not sent over the connection that is there now."""

        self._sending: set[asyncio.Task[None]] = set()

    def publish(self, message: Message) -> None:
        """As soon as there is a connection, and room."""
        self._unanswered[message.dispatch] = message
        self._waiting.append(message)
        self._fill()

    def begin(self, link: Link) -> None:
        """Send over this connection from now on, what was sent over an older one and not confirmed once more."""
        self._link = link
        self._waiting = deque(self._unanswered.values())
        self._fill()

    def interrupt(self) -> None:
        """The connection is gone, with all that was on its way."""
        self._link = None
        for task in self._sending:
            task.cancel()
        self._sending.clear()

    def _fill(self) -> None:
        while self._link is not None and self._waiting and len(self._sending) < UNCONFIRMED:
            task = asyncio.get_running_loop().create_task(self._send(self._waiting.popleft(), self._link))
            self._sending.add(task)
            task.add_done_callback(self._sent)

    async def _send(self, message: Message, link: Link) -> None:
        try:
            refused = await link.publish(message)
        except UnicodeError as error:  # no connection would help: a name that cannot be written
            refused = f"it cannot be sent: {error}"
        except Exception as error:  # a lost connection has many, among them Exception itself
            if link is self._link:
                self._link = None
                self._lost(error)
            return  # it stays unanswered, and is published again
        if self._unanswered.pop(message.dispatch, None) is not None:
            place = f"exchange of the run, key {names.routing_key(message.event)}"
            self._say(Refused(message, refused) if refused else Confirmed(message, place))

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._fill()
