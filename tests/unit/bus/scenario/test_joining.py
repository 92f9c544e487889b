"""A scenario says what its own file and the included ones say together, and each mistake names its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserErrors
from bus.scenario import Document, load
from bus.scenario.joining import DEEPEST, MOST_FILES

SHOP = """\
buslens: 1
include: [parts/orders.yaml, parts/stock.yaml]
parameters: {rate: 200/s}
handlers:
  charge: {on: order.placed, do: [{emit: order.paid}]}
script:
  - {emit: order.placed, rate: <rate>, times: 2}
expect:
  - {event: order.paid, emitted: 2}
"""
ORDERS = """\
# What every scenario of the shop has.
parameters: {rate: 10/s}
events:
  order.placed: {}
  order.paid: {}
handlers:
  tell: {on: order.paid, do: [{log: paid}]}
expect:
  - {event: order.placed, lost: 0}
"""
STOCK = """\
buslens: 1
name: Stock
include: [orders.yaml]
handlers:
  reserve: {on: order.placed, do: [{wait: 5ms}]}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "orders.yaml").write_text(ORDERS)
    (tmp_path / "parts" / "stock.yaml").write_text(STOCK)
    (tmp_path / "shop.yaml").write_text(SHOP)
    return tmp_path / "shop.yaml"


def mistakes(path: Path) -> list[str]:
    """What a person is told of this scenario, files by their names."""
    with pytest.raises(UserErrors) as caught:
        load(path)
    return [str(each).replace(f"{path.parent}/", "") for each in caught.value.errors]


def test_included_sections_stand_before_its_own_and_a_file_that_is_included_twice_is_there_once(shop: Path) -> None:
    document = load(shop)
    assert list(document.scenario.handlers) == ["tell", "reserve", "charge"]
    assert [each.event for each in document.scenario.expect] == ["order.placed", "order.paid"]  # type: ignore[union-attr]
    assert list(document.texts.included) == ["parts/orders.yaml", "parts/stock.yaml"]
    assert list(document.values["handlers"]) == ["charge"]


def test_a_parameter_of_its_own_has_the_last_word(shop: Path) -> None:
    document = load(shop)
    assert document.scenario.parameters == {"rate": "200/s"}
    document.set_parameters({"rate": "5/s"})
    assert document.scenario.script[0].rate == "5/s"  # type: ignore[union-attr]
    assert document.texts.included["parts/orders.yaml"] == ORDERS


def test_a_mistake_names_the_included_file_that_it_stands_in(shop: Path) -> None:
    path = shop.parent / "parts" / "stock.yaml"
    path.write_text(STOCK.replace("wait: 5ms", "wait: 5 parsecs") + "  lose: {on: order.lost}\nscripts: []\nname2: 3\n")
    told = mistakes(shop)
    assert told[0].startswith("parts/stock.yaml:5:43: expected a time")
    assert told[1].startswith("parts/stock.yaml:6:14: no event order.lost")
    assert told[2] == "parts/stock.yaml:7:1: unknown key scripts (did you mean script?)"
    assert told[3].startswith("parts/stock.yaml:8:1: unknown key name2")


def test_what_an_included_file_says_of_itself_must_be_right_too(shop: Path) -> None:
    path = shop.parent / "parts" / "stock.yaml"
    path.write_text(
        STOCK.replace("buslens: 1", "buslens: 2\nseed: many").replace("handlers:", "services: 5\nhandlers:")
    )
    told = mistakes(shop)
    assert [each.split(": ")[0] for each in told] == [
        "parts/stock.yaml:1:10", "parts/stock.yaml:2:7", "parts/stock.yaml:5:11",
    ]  # fmt: skip
    assert told[2].endswith("expected a mapping")


def test_a_mistake_in_a_list_is_counted_from_where_its_file_begins(shop: Path) -> None:
    shop.write_text(SHOP + "  - {event: order.placed, emitted: many}\n")
    assert mistakes(shop)[0].startswith("shop.yaml:10:36: expected a number such as 3")


def test_a_name_that_stands_in_two_files_is_told_with_both_places(shop: Path) -> None:
    shop.write_text(SHOP.replace("  charge:", "  tell: {on: order.paid}\n  charge:"))
    told = mistakes(shop)
    assert told == ["shop.yaml:5:3: tell stands here a second time: it is in parts/orders.yaml:7:3 already"]


def test_a_text_that_is_no_yaml_is_told_where_it_is(shop: Path) -> None:
    (shop.parent / "parts" / "orders.yaml").write_text("events: [\n")
    assert mistakes(shop)[0].startswith("parts/orders.yaml:")


def test_a_file_that_is_not_there_is_told_where_it_is_included(shop: Path) -> None:
    (shop.parent / "parts" / "stock.yaml").unlink()
    assert mistakes(shop) == [
        "shop.yaml:2:30: there is no file parts/stock.yaml (the path begins at this file's folder)"
    ]


def test_a_file_that_cannot_be_read_as_text_is_named_itself(shop: Path) -> None:
    (shop.parent / "parts" / "orders.yaml").write_bytes(b"# o\n# \xff")
    (shop.parent / "parts" / "stock.yaml").write_bytes(b"a" * 600_000)
    told = mistakes(shop)
    assert "parts/orders.yaml:2:3: the file is not UTF-8 text" in told
    assert "parts/stock.yaml: the file is larger than 512 KiB, which no scenario needs" in told


@pytest.mark.parametrize("said", ["parts/orders.yaml", "{a: b}", "[1]", "[[a.yaml]]"])
def test_include_is_a_list_of_files(shop: Path, said: str) -> None:
    shop.write_text(SHOP.replace("[parts/orders.yaml, parts/stock.yaml]", said))
    assert any("shop.yaml:2:10: expected a list of files" in each for each in mistakes(shop))


def test_files_that_include_each_other_are_told_and_not_followed(shop: Path) -> None:
    (shop.parent / "parts" / "orders.yaml").write_text("include: [stock.yaml]\n" + ORDERS)
    told = mistakes(shop)
    assert "a file includes itself: parts/orders.yaml, parts/stock.yaml, parts/orders.yaml" in told[0]
    shop.write_text("buslens: 1\ninclude: [shop.yaml]\n")
    assert mistakes(shop) == ["shop.yaml:2:11: a file includes itself: shop.yaml, shop.yaml"]


def test_a_thousand_files_are_not_read(tmp_path: Path) -> None:
    names = [f"{number}.yaml" for number in range(1_000)]
    for name in names:
        (tmp_path / name).write_text("events: {}\n")
    path = tmp_path / "all.yaml"
    path.write_text(f"buslens: 1\ninclude: [{', '.join(names)}]\n")
    told = mistakes(path)
    assert len(told) == 1
    assert told[0].endswith(f"a scenario includes {MOST_FILES} files at most")


def test_files_inside_of_files_end_somewhere(tmp_path: Path) -> None:
    for number in range(DEEPEST + 2):
        (tmp_path / f"{number}.yaml").write_text(f"buslens: 1\ninclude: [{number + 1}.yaml]\n")
    assert mistakes(tmp_path / "0.yaml") == [f"{DEEPEST}.yaml:2:11: files include each other more than {DEEPEST} deep"]


def test_all_files_together_are_no_larger_than_one_may_be(tmp_path: Path) -> None:
    text = "# " + "x" * (300 * 1024) + "\nevents: {}\n"
    for name in "abcd":
        (tmp_path / f"{name}.yaml").write_text(text)
    path = tmp_path / "all.yaml"
    path.write_text("buslens: 1\ninclude: [a.yaml, b.yaml, c.yaml, d.yaml]\n")
    assert mistakes(path) == [
        "all.yaml:2:19: with this file the scenario is larger than 512 KiB, which no scenario needs"
    ]


def test_what_an_included_file_says_of_runs_is_passed_over_and_told(shop: Path) -> None:
    (shop.parent / "parts" / "orders.yaml").write_text(ORDERS + "seed: 5\nengine: sqlite\n")
    document = load(shop)
    assert (document.scenario.seed, document.scenario.engine) == (0, "pyee-asyncio")
    told = [str(each).replace(f"{shop.parent}/", "") for each in document.examined().warnings]
    assert told == [
        "parts/orders.yaml:10:1: seed is passed over in a file that is included (say it in the file that is run)",
        "parts/orders.yaml:11:1: engine is passed over in a file that is included (say it in the file that is run)",
    ]


def test_remarks_on_an_included_file_name_it(shop: Path) -> None:
    path = shop.parent / "parts" / "stock.yaml"
    path.write_text(
        STOCK.replace("{wait: 5ms}", "{log: $event.pay}") + "  zip: {on: order.paid, description: 01234x}\n"
    )
    found = load(shop).examined()
    assert str(found.mistakes[0]).replace(f"{shop.parent}/", "").startswith("parts/stock.yaml:5:")


def test_a_document_that_is_handed_over_reads_no_file(shop: Path) -> None:
    document = load(shop)
    for path in shop.parent.glob("parts/*"):
        path.unlink()
    again = Document(document.text, shop, included=document.texts.included)
    assert again.scenario == document.scenario
    assert again.content_hash == document.content_hash
    apart = document.apart()
    assert apart.scenario == document.scenario
    assert "include" not in apart.values
