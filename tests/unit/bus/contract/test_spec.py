"""What is known of engines before their code is loaded."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bus.brokers import KINDS
from bus.engines import ENGINES

ROOT = Path(__file__).resolve().parents[4]
WITH_A_SERVER = [engine for engine, spec in ENGINES.items() if not spec.is_embedded]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_needs_a_server_can_say_whether_it_is_there_and_remove_what_was_left(engine: str, tmp_path: Path) -> None:
    spec = ENGINES[engine]
    assert (spec.check is None) == (spec.clean is None) == spec.is_embedded
    assert spec.title.startswith(engine)
    if spec.clean is not None:
        spec.clean(tmp_path)  # a run of another engine: it asks no server


def test_who_asks_for_no_engine_loads_no_client_of_a_broker(loaded: frozenset[str]) -> None:
    for engine in WITH_A_SERVER:
        folder = ENGINES[engine].make.__module__
        assert folder in loaded
        assert not [name for name in loaded if name.startswith(f"{folder}.")]
        assert clients_of(engine).isdisjoint(loaded)


def clients_of(engine: str) -> set[str]:
    """Modules that an engine's extra brings and the application does not."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    wanted = {re.split(r"[^\w-]", each)[0].replace("-", "_") for each in extras[engine]}
    return wanted - {"buslens", "keyring"}


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def line_of(name: str, begin: str) -> str:
    return next(line for line in page(name).splitlines() if line.startswith(begin))


def test_the_pages_tell_of_every_engine() -> None:
    """Of exactly these, in this order; those that need a server also where that is said of them."""
    ids, durable = list(ENGINES), [engine for engine, spec in ENGINES.items() if spec.is_durable and not spec.models]
    table = page("docs/engines.md").partition("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == ids
    assert re.findall(r"`([\w-]+)`", line_of("docs/engines.md", "| the consumer dies |"))[-len(durable) :] == durable
    told = line_of("docs/scenario.md", "| `engine` |").partition("events: ")[2].partition(" (")[0]
    assert re.findall(r"`([\w-]+)`", told) == ids
    folders = {engine: ENGINES[engine].make.__module__.rpartition(".")[2] for engine in ids}
    assert ", ".join(dict.fromkeys(folders.values())) in line_of("docs/architecture.md", " engines ")
    for engine in WITH_A_SERVER:
        assert f"pip install 'buslens[{engine}]'" in line_of("docs/engines.md", f"| `{engine}` |")
        assert re.search(rf"^pip install 'buslens\[[\w,]*\b{engine}\b", page("README.md"), re.MULTILINE)


def test_the_page_on_connections_tells_of_every_broker() -> None:
    told = page("docs/connections.md")
    for kind in KINDS.values():
        row = line_of("docs/connections.md", f"| {kind.title} | `{kind.variable}` |")
        assert f"`{kind.password_variable}`" in row
        assert kind.scheme in row
        assert f"`{kind.passphrase_variable}`" in told
        assert f"`{kind.secure_scheme}://`" in told
