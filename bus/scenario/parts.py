"""What the pieces of a scenario file are made of: models whose fields say what kind of thing is written there.

Reading, examining, spelling and the forms go by these kinds: the keys of a step stand in its own class alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Discriminator, Tag


class ScenarioPart(BaseModel):
    """A piece of a scenario file: unknown keys are mistakes, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, strict=True)


class Says(Enum):
    """What is written in a field, where its type does not tell; stands in the field's `Annotated`."""

    CONDITION = "an expression that is true or false"
    VALUE = "any JSON value, whose texts may hold $expressions"
    TEXT = "a text that may hold $expressions"
    EVENT = "the name of an event"
    PATTERN = "the name of an event, or a pattern; or several"
    HANDLER = "the name of a handler"
    CODE = "lines of Python"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a form asks for a field; stands in the field's `Annotated`. Without it the form shows the field's key."""

    title: str = ""
    """What stands before the field."""

    hint: str = ""
    """What it shows while it is empty: short enough for a narrow panel."""

    help: str = ""
    """What stands below it: what may be written there."""


class VerbPart(ScenarioPart):
    """One of several kinds of parts, known in the file by a key of its own, its verb: the first field of its class."""

    @classmethod
    def verb(cls) -> str:
        """The key by which it is known in the file."""
        name, field = next((name, cls.model_fields[name]) for name in cls.__annotations__ if name in cls.model_fields)
        return field.alias or name


class StepPart(VerbPart):
    """A step of a handler or of the script."""

    about: ClassVar[str]
    """What it does, in a few words for who chooses one."""

    begins_with: ClassVar[Any]
    """What stands behind the verb of a new one."""

    has_emit: ClassVar[bool] = False
    """Whether a new one is made of an emit, so that there is none where no event can be emitted."""

    @classmethod
    def new(cls, emit: dict[str, Any]) -> dict[str, Any]:
        """A step as somebody begins with it, as the file says it. emit: one that may stand there."""
        return {cls.verb(): deepcopy(cls.begins_with)}


Verbs = Mapping[str, type[StepPart]]
"""Kinds of steps by their verbs, in the order in which people see them."""

Kind = TypeVar("Kind", bound=VerbPart)


def by_verb(*kinds: type[Kind]) -> Mapping[str, type[Kind]]:
    """These kinds of parts by their verbs."""
    return {kind.verb(): kind for kind in kinds}


def verb_of(value: Any, verbs: Iterable[str]) -> str | None:
    """Which verb a part is, read or as the file says it; None where it is none of these."""
    if isinstance(value, VerbPart):
        return value.verb()
    if isinstance(value, dict):
        return next((verb for verb in verbs if verb in value), None)
    return None


NO_VERB = "counts"
"""Stands for the verb where a kind without one is possible: of an expectation that bounds counts."""


def any_of(verbs: Mapping[str, type[VerbPart]], otherwise: type[ScenarioPart] | None = None) -> Any:
    """The type of a field that holds a part of any of these kinds. otherwise: the kind of one without a verb."""
    kinds = [Annotated[kind, Tag(verb)] for verb, kind in verbs.items()]
    if otherwise is not None:
        kinds.append(Annotated[otherwise, Tag(NO_VERB)])

    def verb(value: Any) -> str | None:
        found = verb_of(value, verbs)
        return NO_VERB if found is None and otherwise and isinstance(value, dict | otherwise) else found

    return Annotated[
        Union[tuple(kinds)],  # noqa: UP007  # of a computed tuple
        Discriminator(
            verb,
            custom_error_type="step",
            custom_error_message="expected a mapping"
            if otherwise
            else f"expected a step with one of: {', '.join(verbs)}",
        ),
    ]


@dataclass(frozen=True, slots=True)
class PartField:
    """One field of a part, as whoever knows nothing of the part needs it."""

    name: str
    """Its attribute."""

    key: str
    """Its key in the file."""

    types: frozenset[Any]
    """What its value may be: bool, str, a class of `ScenarioPart`, ..."""

    says: Says | None
    asked: Asked
    is_needed: bool
    """Whether it must be in the file."""

    @property
    def options(self) -> type[ScenarioPart] | None:
        """The part that stands below its key, as below `fail`; None where a plain value does."""
        return next((each for each in self.types if isinstance(each, type) and issubclass(each, ScenarioPart)), None)

    @property
    def holds_steps(self) -> bool:
        """Whether a list of steps stands there, as below `once`."""
        return list in self.types


@cache
def fields_of(part: type[ScenarioPart]) -> tuple[PartField, ...]:
    """The fields of a part, in their order."""
    return tuple(_fields(part))


def _fields(part: type[ScenarioPart]) -> Iterator[PartField]:
    for name, field in part.model_fields.items():
        marks = [*field.metadata, *_marks(field.annotation)]
        yield PartField(
            name,
            field.alias or name,
            frozenset(_types(field.annotation)),
            next((each for each in marks if isinstance(each, Says)), None),
            next((each for each in marks if isinstance(each, Asked)), Asked(help=field.description or "")),
            field.is_required(),
        )


def _marks(annotation: Any) -> Iterator[Any]:
    """What stands in the `Annotated`s of a type, however deep, but not of what a list holds."""
    if get_origin(annotation) is not list:
        yield from getattr(annotation, "__metadata__", ())
        for inner in get_args(annotation):
            yield from _marks(inner)


def _types(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _types(get_args(annotation)[0])
    elif origin in (list, dict) or not get_args(annotation):
        yield origin or annotation
    else:
        for inner in get_args(annotation):
            yield from _types(inner)


def all_fields(parts: Iterable[type[ScenarioPart]]) -> Iterator[PartField]:
    """The fields of these parts, and of the options below them."""
    for part in parts:
        for field in fields_of(part):
            yield field
            if field.options is not None:
                yield from all_fields([field.options])


def keys_of_steps(verbs: Verbs) -> tuple[str, ...]:
    """Below which keys these steps hold other steps."""
    return tuple(dict.fromkeys(field.key for field in all_fields(verbs.values()) if field.holds_steps))


def keys_of_events(verbs: Verbs) -> tuple[str, ...]:
    """Below which keys these steps name an event."""
    return tuple(dict.fromkeys(field.key for field in all_fields(verbs.values()) if field.says is Says.EVENT))


def expressions_in(part: ScenarioPart, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, bool]]:
    """Where a step may hold expressions, what stands there, and whether it is a condition; not of steps inside it."""
    for field in fields_of(type(part)):
        value, below = getattr(part, field.name), (*path, field.key)
        if isinstance(value, ScenarioPart):
            yield from expressions_in(value, below)
        elif value is not None and field.says in (Says.CONDITION, Says.VALUE, Says.TEXT):
            yield below, value, field.says is Says.CONDITION
