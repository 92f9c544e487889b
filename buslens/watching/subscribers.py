"""Who is subscribed to the event of one object, by the keys that its library has for them; where and how they came.

For libraries that hold handlers weakly, or for some senders only: when one is gone, what is told of it is known here.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from buslens.json_text import json_of
from buslens.texts import json_utf8
from buslens.watching.naming import HandlerName, describe
from buslens.watching.places import Place

if TYPE_CHECKING:
    from buslens.watching.watch import Watch

_MOST_GONE = 64

FREED = "it was held weakly, and nobody else held it any more"
"""Why a handler is subscribed no longer that nobody has unsubscribed."""


class Registration(NamedTuple):
    """One handler, and how it was subscribed."""

    name: HandlerName

    handler_id: int
    """Interned id of the handler at its event."""

    place: Place = ("", 0)
    """Where it was subscribed; ("", 0): not known, as of those that were there before."""

    weak: Optional[bool] = None
    """Whether it is subscribed only while somebody else holds it; None: not known, or not as this library does."""

    only: str = ""
    """For what of the event alone, such as a sender; "": for all of it."""

    def said(self, why: str = "", modules: "tuple[str, ...]" = ()) -> bytes:
        """What a record of its coming or going says beside its name; b"" for nothing. why: it is gone.

        modules: see `said_of`.
        """
        file, line = self.place
        return said_of(modules, file=file, line=line or None, weak=self.weak, only=self.only, why=why)


def said_of(modules: "tuple[str, ...]", **more: Any) -> bytes:
    """A note of a subscription, as JSON; b"" for nothing.

    modules: the names under which the module of the handler's code was imported, where there are two.
    """
    told = {name: value for name, value in more.items() if value not in (None, "")}
    if modules:
        told["modules"] = [*modules]
    return json_utf8(json_of(told)) if told else b""


class Subscribers:
    """The handlers of one event, kept by their keys. Keeps none of them alive."""

    def __init__(self, watch: "Watch", event: Any) -> None:
        self.watch = watch
        self.event = event
        self.known: dict[Any, Registration] = {}
        self._gone: dict[Any, str] = {}

    def described(
        self, handler: Any, place: Place = ("", 0), weak: Optional[bool] = None, only: str = ""
    ) -> Registration:
        """What would be told of a handler that is subscribed so."""
        name = describe(handler)
        return Registration(name, self.watch.handler_id(self.event, name), place, weak, only)

    def remember(self, key: Any, registration: Registration) -> None:
        """Somebody was subscribed before, and is told of by whoever asks."""
        self.known[key] = registration

    def came(self, key: Any, registration: Registration) -> None:
        """Somebody was subscribed; one who was already takes the place of the former."""
        before = self.known.get(key)
        self.known[key] = registration
        if before is None or before.handler_id != registration.handler_id:
            if before is not None:
                self.watch.unsubscribed(self.event, before)
            self.watch.subscribed(self.event, registration)

    def went(self, key: Any, why: str = "") -> None:
        """Somebody is subscribed no longer. why: where nobody has asked for it."""
        gone = self.known.pop(key, None)
        if gone is not None:
            while len(self._gone) >= _MOST_GONE:
                self._gone.pop(next(iter(self._gone)), None)
            self._gone[key] = why
            self.watch.unsubscribed(self.event, gone, why=why)

    def missed(self, key: Any) -> str:
        """Why a handler that was announced had no turn, where none before it raised."""
        if key in self.known:
            return "its library did not call it"
        return "it was freed before its turn" if self._gone.get(key) else "it was unsubscribed before its turn"
