"""`buslens map CAPTURE`: who emits and who handles, in one of the formats of bus/export/maps."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from app import cli_output
from app.cli_output import complain, warn
from bus.analysis.topology import NodeKind, Topology, of_trace
from bus.analysis.topology.view import MapWish, view_of
from bus.errors import UserError
from bus.export.exporter import write_text
from bus.export.maps import MAP_FORMATS, MapFormat
from bus.programs import loading
from bus.wording import one_of, several


@dataclass(frozen=True, slots=True)
class MapRequest:
    """What a person asked `buslens map` for."""

    capture: Path
    to: str
    output: Path | None
    around: str
    """A name of an event, handler or queue; "" for the whole map."""

    depth: int
    grouped: bool
    idle: bool


def write_map(request: MapRequest) -> int:
    """Count and write; the exit code. Raises UserError."""
    chosen = _format(request.to)
    trace = loading.load(request.capture, complain)
    warn(request.capture, trace)
    whole = of_trace(trace)
    middle = tuple(node.key for node in whole.nodes if node.text == request.around) if request.around else ()
    if request.around and not middle:
        raise _unknown(whole, request.around)
    wish = MapWish(middle, request.depth, idle=request.idle, grouped=request.grouped)
    view = view_of(whole, wish)
    if view.left_out:
        complain(f"{several(view.left_out, 'node')} with the least traffic are left out")
    if request.output is None or str(request.output) == cli_output.STDOUT:
        cli_output.write_text("".join(chosen.lines(view.topology)))
    else:
        write_text(request.output, chosen.lines(view.topology))
    return 0


def _format(ident: str) -> MapFormat:
    found = next((each for each in MAP_FORMATS if each.id == ident), None)
    if found is None:
        raise UserError(
            f"there is no format {ident} for maps", hint=f"there are {one_of(each.id for each in MAP_FORMATS)}"
        )
    return found


def _unknown(whole: Topology, name: str) -> UserError:
    texts = sorted({node.text for node in whole.nodes if node.kind is not NodeKind.UNKNOWN})
    near = difflib.get_close_matches(name, texts, 3)
    hint = f"did you mean {one_of(near)}?" if near else f"it has {one_of(texts)}" if 0 < len(texts) <= 12 else ""
    return UserError(f"nothing on the map is called {name}", hint=hint)
