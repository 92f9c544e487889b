"""Forms of payloads: the emits of one event mostly carry the same fields, with values of the same types.

A form is written once. Of a payload that has it the values alone are, packed by one call of C; the reader makes the
JSON of them that `QuickJson` would have made. What has a form is plain, as that module says.
"""

from __future__ import annotations

import itertools
import struct
from types import CodeType, FunctionType
from typing import Any, Callable, Dict, List, Optional, Tuple

from buslens.json_text import in_quotes, json_of
from buslens.limits import Limits
from buslens.payloads import NoPayload, arguments
from buslens.records import BlobKind
from buslens.redaction import Redaction
from buslens.stream.layout import FORM, FORM_ID, LARGEST_FORM, PACK_RECORD, RECORD, VALUES
from buslens.stream.quick import DEPTH, ITEMS, LARGE, LONG, SHORT, is_quick
from buslens.texts import json_utf8

Form = Callable[[int, "tuple[Any, ...]", "dict[str, Any]"], Optional[bytes]]
"""The record of what an emit carries, by its first call, its arguments and keyword arguments; None where they do not
have this form, or something of them may be a secret."""

_MOST = 256
"""Forms of a process: each takes half a millisecond to make."""

_CODES = {"int": "q", "float": "d", "bool": "?", "str": "H"}
_JSON = int(BlobKind.PAYLOAD_JSON)
_FIXED = struct.Struct("<Q12s").format
_GROWING = struct.Struct("<QIII").format


def no_form(_call: int, _args: "tuple[Any, ...]", _kwargs: "dict[str, Any]") -> Optional[bytes]:
    """For an event whose payloads have none."""
    return None


class PayloadForms:
    """Of one process, by what they look like."""

    def __init__(self, redaction: Redaction, limits: Limits, write: Callable[[bytes], bool]) -> None:
        """write: a record into the stream; whether there was room."""
        self.use(redaction, limits)
        self._write = write
        self._next: Callable[[], int] = itertools.count(1).__next__
        self._codes: Dict[str, CodeType] = {}
        self._known: "Dict[Tuple[str, ...], Tuple[bytes, Form]]" = {}

    def of(self, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> Form:
        """The form that these arguments have."""
        return self._of(lambda sketch: sketch.arguments(args, kwargs))

    def of_signal(self, sender: Optional[str], named: "dict[str, Any]") -> Form:
        """The form of what a signal of this sender carries; in the place of arguments it takes anything.

        sender: what is said of it, the same each time; None: nothing.
        """
        return self._of(lambda sketch: sketch.signal(sender, named))

    def _of(self, drawn: "Callable[[_Sketch], bool]") -> Form:
        """drawn: whether a sketch is of something plain."""
        if not self._is_on:
            return no_form
        sketch = _Sketch(self._redaction)
        try:
            if not drawn(sketch):
                return no_form
        except (RuntimeError, ValueError):  # changed meanwhile, half a character
            return no_form
        source = sketch.source()
        key = (source, *sketch.pieces)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST:
                return no_form
            ident = self._next()
            made = self._made(source, sketch, ident)
            body = json_utf8(json_of([sketch.pieces, sketch.letters]))
            record = PACK_RECORD(ident, 0, 0, FORM, len(body)) + body
            if len(body) > LARGEST_FORM or not self._write(record):
                return no_form
            found = self._known[key] = record, made
        return found[1]

    def use(self, redaction: Redaction, limits: Limits) -> None:
        """From now on this redaction. Forms that were given out before know nothing of it."""
        self._redaction = redaction
        self._is_on = is_quick(redaction, limits)

    def tell_all(self) -> None:
        """Write them all, into another stream."""
        for record, _ in [*self._known.values()]:
            self._write(record)

    def _made(self, source: str, sketch: "_Sketch", ident: int) -> Form:
        code = self._codes.get(source)
        if code is None:
            whole = compile(source, "<buslens: a form of payloads>", "exec", dont_inherit=True)
            code = self._codes[source] = next(each for each in whole.co_consts if type(each) is CodeType)
        fixed = struct.calcsize("<" + sketch.letters)
        what = PACK_RECORD(0, _JSON, 0, VALUES, FORM_ID.size + fixed)[8:]
        names: "dict[str, Any]" = {
            **{"int": int, "float": float, "bool": bool, "str": str, "dict": dict, "list": list, "tuple": tuple},
            **{"type": type, "len": len, "suspicious": self._redaction.suspicious},
            "last": [None] * len(sketch.texts),
            **{"failed": (ValueError, RuntimeError, struct.error), "head": what + FORM_ID.pack(ident)},
            **{"what": int.from_bytes(what[:4], "little"), "fixed": FORM_ID.size + fixed, "ident": ident},
            "pack": struct.Struct((_GROWING if sketch.texts else _FIXED) + sketch.letters).pack,
            **sketch.keys,
        }
        return FunctionType(code, names, "form")


class _Sketch:
    """What arguments look like: the JSON around their values, and the lines that see whether others look so.

    Nothing that the program says stands in these lines: its keys are names of theirs, by number.
    """

    def __init__(self, redaction: Redaction) -> None:
        self.pieces = [""]
        """JSON before, between and behind the values."""

        self.letters = ""
        """How each value is packed, a text by its length."""

        self.keys: "dict[str, str]" = {}
        self.texts: "List[str]" = []
        self._redaction = redaction
        self._lines: "List[str]" = []
        self._values: "List[str]" = []
        self._count = 0
        self._left = ITEMS

    def arguments(self, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> bool:
        """Whether they are plain."""
        payload = arguments(args, kwargs)
        if payload is NoPayload:
            return False
        if not kwargs:
            self._unless("kwargs")
            if len(args) == 1:
                self._unless("len(args) != 1")
                self._lines.append("v0, = args")
                return self._add(payload, self._new(), DEPTH)
        self.pieces[-1] = '{"args":'
        is_plain = self._add(args, "args", DEPTH)
        self.pieces[-1] += ',"kwargs":'
        is_plain = is_plain and self._add(kwargs, "kwargs", DEPTH)
        self.pieces[-1] += "}"
        return is_plain

    def signal(self, sender: Optional[str], named: "dict[str, Any]") -> bool:
        """The same of what a signal carries; its sender is none of the values."""
        if sender is None:
            return self._add(named, "kwargs", DEPTH)
        self._left -= 1
        is_plain = len(sender) <= SHORT or (len(sender) <= LONG and not self._redaction.suspicious(sender))
        if not is_plain or self._is_told_by_hand("sender"):
            return False
        first = f"{in_quotes('sender')}:{in_quotes(sender)}"
        first.encode()
        return self._add(named, "kwargs", DEPTH, first)

    def source(self) -> str:
        """A function that is a `Form`, but for its names."""
        lines = [*self._lines]
        for text in self.texts:
            lines += [f"b{text} = {text}.encode()", f"n{text} = len(b{text})"]
        values = "".join(f", {value}" for value in self._values)
        if self.texts:
            length = " + ".join(["fixed", *(f"n{text}" for text in self.texts)])
            record = " + ".join([f"pack(call, what, {length}, ident{values})", *(f"b{text}" for text in self.texts)])
        else:
            record = f"pack(call, head{values})"
        body = "".join(f"        {line}\n" for line in [*lines, f"return {record}"])
        return f"def form(call, args, kwargs):\n    try:\n{body}    except failed:\n        return None\n"

    def _add(self, value: Any, name: str, depth: int, first: str = "") -> bool:
        """Whether a value is plain. first: what stands before the items of a dict."""
        kind = type(value)
        if kind is dict or kind is list or kind is tuple:
            self._left -= len(value)
            if self._left < 0 or not depth:
                return False
            self._unless(f"type({name}) is not {kind.__name__} or len({name}) != {len(value)}")
            return self._add_dict(value, name, depth, first) if kind is dict else self._add_items(value, name, depth)
        if value is None:
            self._unless(f"{name} is not None")
            self.pieces[-1] += "null"
            return True
        if not (kind is int or kind is float or kind is bool or kind is str):
            return False
        doubtful = {
            "int": f" or {name} >= {LARGE}",
            "float": f" or {name} - {name} != 0.0",  # it is none, or has no end
        }
        self._unless(f"type({name}) is not {kind.__name__}{doubtful.get(kind.__name__, '')}")
        if kind is str:
            # Many are the very same text each time, as constants of the program are: each is looked at once.
            last = f"last[{len(self.texts)}]"
            self._lines.append(f"if len({name}) > {SHORT} and {name} is not {last}:")
            self._lines.append(f"    if len({name}) > {LONG} or suspicious({name}): return None")
            self._lines.append(f"    {last} = {name}")
        self.letters += _CODES[kind.__name__]
        self.pieces.append("")
        self._values.append(f"n{name}" if kind is str else name)
        if kind is str:
            self.texts.append(name)
        return True

    def _add_dict(self, value: "dict[Any, Any]", name: str, depth: int, first: str) -> bool:
        items = [*value.items()]
        names = [self._new() for _ in items]
        if items:
            self._lines.append(f"{''.join(f'(k{each}, {each}), ' for each in names)} = {name}.items()")
        self.pieces[-1] += "{" + first
        for at, ((key, item), each) in enumerate(zip(items, names)):  # noqa: B905  Python 3.9
            if type(key) is not str or self._is_told_by_hand(key):
                return False
            self.keys[f"K{each}"] = key
            # Mostly it is the very same; a key that was read from somewhere is only equal.
            self._unless(f"k{each} is not K{each} and (type(k{each}) is not str or k{each} != K{each})")
            self.pieces[-1] += ("," if at or first else "") + in_quotes(key) + ":"
            if not self._add(item, each, depth - 1):
                return False
        self.pieces[-1] += "}"
        return True

    def _add_items(self, value: "Any", name: str, depth: int) -> bool:
        items = [*value]
        names = [self._new() for _ in items]
        if items:
            self._lines.append(f"{''.join(f'{each}, ' for each in names)} = {name}")
        self.pieces[-1] += "["
        for at, (item, each) in enumerate(zip(items, names)):  # noqa: B905  Python 3.9
            self.pieces[-1] += "," if at else ""
            if not self._add(item, each, depth - 1):
                return False
        self.pieces[-1] += "]"
        return True

    def _is_told_by_hand(self, key: str) -> bool:
        """Whether a field of this name may be a secret, or its name."""
        return self._redaction.is_secret(key) or key not in self._redaction.harmless

    def _unless(self, condition: str) -> None:
        self._lines.append(f"if {condition}: return None")

    def _new(self) -> str:
        self._count += 1
        return f"v{self._count - 1}"


assert RECORD.size == struct.calcsize(_FIXED) - FORM_ID.size
