"""Editing keeps what the person wrote: only the text of what differs changes."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.scenario import spelling, tree
from bus.scenario.patch import patched, same
from bus.scenario.samples import SAMPLES

ODD = """\
# on top
{first}: 1   # behind one
list:   # behind list

- a
# before b
-   b   # behind b
- {{x: 1, "y": [1, 2]}}
-
  deep: 'single'


  text: |
    one
    two

  # before folded
  folded: >-
    some
    words
empty:
nothing: {{}}   # behind nothing
"quoted key": "a \\" b"
last: [1,
  2,  # two
  3]
# at the end
"""


def edited(text: str, change: Any) -> str:
    old = tree.values_of(text, "f")
    new = tree.values_of(text, "f")
    change(new)
    return patched(text, old, new)


def test_one_value_changes_one_line() -> None:
    text = ODD.format(first="one")
    changed = edited(text, lambda values: values.update(one=2))
    assert changed == text.replace("one: 1 ", "one: 2 ")


def test_windows_line_ends_stay() -> None:
    text = ODD.format(first="one").replace("\n", "\r\n")
    changed = edited(text, lambda values: values["list"].append({"new": "x", "other": [1]}))
    assert "\r\n- new: x\r\n  other:\r\n    - 1\r\n" in changed
    assert "\n" not in changed.replace("\r\n", "")


def test_a_removed_key_takes_its_own_comment_and_leaves_its_neighbours_alone() -> None:
    text = "# top\n\na: {}\n\n# about b\nb:\n  x: 1  # in b\n\n# about c\nc: 1\n"
    assert edited(text, lambda values: values.pop("b")) == "# top\n\na: {}\n\n# about c\nc: 1\n"


def test_keys_that_change_places_take_their_comments_along() -> None:
    text = "# top\n\na: 1\n\n# about b\nb:\n  x: 1  # in b\n"
    old, new = {"a": 1, "b": {"x": 1}}, {"b": {"x": 1}, "a": 1}
    assert patched(text, old, new) == "# top\n\n# about b\nb:\n  x: 1  # in b\n\na: 1\n"


def test_true_is_not_one() -> None:
    assert edited("a: 1\n", lambda values: values.update(a=True)) == "a: true\n"


@pytest.mark.parametrize(
    "said",
    ["yes", "true", "1", "1.5", "null", "~", "- a", "a: b", "a #b", " a", "a ", "#", "", "2026-11-23", "{a", "[", "x\n",
     "a\n b\n", "\n", " a\nb", "\t", "é🚀", "\x85", "\u2028", "\x7f", "*a", "&a", "!a", "%", "@", "`", "'", '"', "\\",
     "a\n", "a\n\nb",
     "? a", "-", "--- a", "...", "=", "<<", "0x1f", "1_000", "1:30", ".inf", "<= 3", "$event.payload.id"],
)  # fmt: skip
def test_any_text_survives(said: str) -> None:
    for values in ({"a": said}, {"a": [said]}, {"with": {"x": said}}, {said: 1}, {"a": {"b": {"c": said}}, "d": 1}):
        assert same(tree.values_of(spelling.block(values, 0) + "\n", "f"), values)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12).filter(lambda text: text.isprintable()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places_in(each, (*path, key))
    return found


@pytest.fixture(scope="module")
def layouts() -> list[tuple[str, Any]]:
    """Texts, and what they say."""
    texts = [sample.path.read_text(encoding="utf-8") for sample in SAMPLES[:2]] + [ODD.format(first="one")]
    return [(text, tree.values_of(text, "f")) for text in texts]


@settings(max_examples=100)
@given(st.data())
def test_any_edit_of_any_layout_says_what_was_meant_and_rewrites_nothing_else(
    layouts: list[tuple[str, Any]], data: st.DataObject
) -> None:
    text, old = data.draw(st.sampled_from(layouts))
    new = copy.deepcopy(old)
    path = data.draw(st.sampled_from(places_in(old)))
    holder = new
    for part in path[:-1]:
        holder = holder[part]
    match data.draw(st.sampled_from(["set", "remove", "add"])):
        case "set":
            holder[path[-1]] = data.draw(json_values)
        case "remove":
            del holder[path[-1]]
        case _ if isinstance(holder, list):
            holder.insert(path[-1], data.draw(json_values))
        case _:
            holder["added"] = data.draw(json_values)
    changed = patched(text, old, new)
    assert same(tree.values_of(changed, "f"), new)
    assert changed.splitlines()[0] == text.splitlines()[0], "the whole text was written anew"
