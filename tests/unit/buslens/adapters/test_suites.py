"""Libraries' own tests, with every object watched, give the same results as without.

They are in the libraries' source packages, not in their wheels, and are not ours to ship. Unpack one and say where:
`pip download --no-binary blinker --no-deps blinker==1.9.0`, `tar xf blinker-1.9.0.tar.gz`,
`BUSLENS_BLINKER_SOURCE=$PWD/blinker-1.9.0 python3 dev.py test`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from buslens.testkit import suite

ASYNCHRONOUS = ("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function")
SUITES = {
    "BLINKER": ("tests", "blinker.base:Signal"),
    "PUBSUB": ("tests/suite", "pubsub.core.topicmgr:TopicManager"),
}
"""Where the tests of each are, and the class whose objects are watched."""


@pytest.mark.parametrize("library", SUITES)
def test_a_library_s_own_tests_do_not_notice_the_probe(library: str) -> None:
    variable = f"BUSLENS_{library}_SOURCE"
    source = os.environ.get(variable, "")
    if not source:
        pytest.skip(f"{variable} names no unpacked source package of {library.lower()}")
    tests, kind = SUITES[library]
    # The sources of the package itself, beside its tests: not the version that is installed here.
    path = [str(folder) for folder in (Path(source, "src"), Path(source)) if folder.is_dir()]
    bare = suite(Path(source, tests), arguments=ASYNCHRONOUS, path=path)
    assert suite(Path(source, tests), kind, arguments=ASYNCHRONOUS, path=path) == bare
    assert set(bare.values()) == {"PASSED"}
