"""What tests are given, and by which rules examples are drawn."""

from __future__ import annotations

from hypothesis.internal.conjecture import providers

import buslens


def test_examples_do_not_depend_on_the_modules_that_other_tests_have_imported() -> None:
    assert buslens.__file__, "a module of ours, whose constants would be drawn"
    assert len(providers._get_local_constants()) == 0
