"""Which handlers are subscribed to which events of a running engine, kept in step with the scenario as it is edited."""

from __future__ import annotations

from collections.abc import Sequence

from bus.behaviour.places import Lines
from bus.contract.protocol import Function
from bus.run.handlers import Behaviour
from bus.run.stage import Stage
from bus.scenario import Scenario
from bus.scenario.model import Handler
from bus.scenario.services import Service


class _Entry:
    """One handler and its subscriptions, in order of registration."""

    def __init__(self, behaviour: Behaviour, events: list[str], service: Service | None) -> None:
        """service: whose workers do its calls, as the file says it; None: nobody's."""
        self.behaviour = behaviour
        self.service = service
        self.events = events
        self.functions: dict[str, Function] = {}
        self.replies = behaviour.replies.functions()
        """What hears the replies to its requests, by event."""

    def says(self, name: str, model: Handler, events: list[str], service: Service | None) -> bool:
        mine = self.behaviour
        return (mine.name, mine.model, self.service, self.events) == (name, model, service, events)


class Subscriptions:
    """Lives on the engine's thread."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._entries: list[_Entry] = []
        self._undeclared: list[str] = []
        """Events that the scenario does not name and somebody emitted by hand."""

        self._down: dict[str, _Entry] = {}
        """Handlers whose service is gone at this moment, by name."""

        self._lines: Lines | None = None

    def apply(self, scenario: Scenario, lines: Lines) -> None:
        """Make it so: what stays the same keeps its state and its place, from the first difference on all are new."""
        self._stage.scenario = scenario
        self._lines = lines
        handlers = [(name, model) for name, model in scenario.handlers.items() if name not in self._down]
        services = scenario.services
        wanted = [
            (name, model, heard_by(model, scenario, self._undeclared), services.get(model.service or ""))
            for name, model in handlers
        ]
        for entry in list(self._entries):
            if not any(entry.says(*want) for want in wanted):
                self._remove(entry)
        same = 0
        while same < min(len(self._entries), len(wanted)) and self._entries[same].says(*wanted[same]):
            same += 1
        known = {entry.behaviour.name: entry.behaviour for entry in self._entries}
        for entry in list(self._entries[same:]):
            self._remove(entry)
        for name, model, events, service in wanted[same:]:
            behaviour = known.get(name) or Behaviour(name, model, lines, self._stage)
            self._add(_Entry(behaviour, events, service), is_new=name not in known)

    def take_down(self, handlers: tuple[str, ...]) -> None:
        """They are not subscribed any more."""
        for entry in [each for each in self._entries if each.behaviour.name in handlers]:
            self._remove(entry)
            self._down.setdefault(entry.behaviour.name, entry)

    def bring_back(self, handlers: tuple[str, ...], *, anew: bool) -> None:
        """They are subscribed again, behind all others. anew: without anything that they had in memory."""
        for entry in [self._down.pop(name) for name in handlers if name in self._down]:
            behaviour = entry.behaviour
            if anew and self._lines is not None:
                behaviour = Behaviour(behaviour.name, behaviour.model, self._lines, self._stage, before=behaviour)
            self._add(_Entry(behaviour, entry.events, entry.service), is_new=True)

    def hear_of(self, event: str) -> None:
        """Somebody is about to emit an event that the scenario may not name: patterns hear it too."""
        if event in self._stage.scenario.events or event in self._undeclared or self._lines is None:
            return
        self._undeclared.append(event)
        for entry in self._entries:
            if event not in entry.events and entry.behaviour.model.hears(event):
                entry.events.append(event)
                self._subscribe(entry, event)

    def _add(self, entry: _Entry, *, is_new: bool) -> None:
        self._entries.append(entry)
        for event, function in entry.replies.items():
            self._stage.engine.subscribe(event, function, once=False)
        for event in entry.events:
            self._subscribe(entry, event)
            if is_new and not entry.behaviour.model.once:
                self._stage.last_values.replay(event, entry.behaviour.name)

    def _subscribe(self, entry: _Entry, event: str) -> None:
        behaviour = entry.behaviour
        once = behaviour.model.once
        if once and event in behaviour.called_for:
            return
        entry.functions[event] = behaviour.function_for(event)
        self._stage.engine.subscribe(event, entry.functions[event], once=once, consumption=behaviour.options)

    def _remove(self, entry: _Entry) -> None:
        self._entries.remove(entry)
        for event, function in [*entry.functions.items(), *entry.replies.items()]:
            self._stage.engine.unsubscribe(event, function)


def heard_by(model: Handler, scenario: Scenario, undeclared: Sequence[str] = ()) -> list[str]:
    """The events that a handler is subscribed to, in this order. undeclared: which somebody emitted by hand."""
    events = [*scenario.events, *(event for event in undeclared if event not in scenario.events)]
    heard = [event for event in events if model.hears(event)]
    # An exact name need not be declared: nobody declares pyee's `error`.
    exact = [pattern for pattern in model.patterns if "*" not in pattern and pattern not in heard]
    return heard + exact
