"""Who gets which tests, where several workers share them."""

from __future__ import annotations

from tests.helpers.sharing_out import ONE_WORKER, FileByFile


def test_a_file_goes_to_one_worker_and_so_do_all_tests_of_brokers() -> None:
    split = object.__new__(FileByFile)._split_scope
    assert split("tests/unit/a/test_b.py::test_c[d::e]") == split("tests/unit/a/test_b.py::test_f")
    assert split("tests/unit/a/test_b.py::test_c") != split("tests/unit/b/test_b.py::test_c")
    assert split("tests/engines/test_a.py::test_b") == split("tests/engines/test_c.py::test_d") == ONE_WORKER
