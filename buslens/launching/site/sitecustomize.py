"""Runs before the program and in front of its own sitecustomize: lets the probe in, and has gone when that one runs.

Any Python that a watched program starts reads this file, also one that is too old for the probe.
"""

# mypy: ignore-errors
import os
import sys


def _enter(here):
    sys.path[:] = [path for path in sys.path if not path or os.path.abspath(path) != here]
    sys.path_importer_cache.pop(here, None)
    try:
        if sys.version_info < (3, 9):
            if not os.environ.get("BUSLENS_PARENT"):
                version = ".".join(map(str, sys.version_info[:2]))
                sys.stderr.write("buslens: this is Python %s, the probe needs 3.9: nothing is watched\n" % version)
            return
        path = os.path.join(os.path.dirname(here), "bootstrap.py")
        bootstrap = {"__name__": "buslens.launching.bootstrap", "__file__": path}
        exec(type(__loader__)(bootstrap["__name__"], path).get_code(bootstrap["__name__"]), bootstrap)  # noqa: S102
        bootstrap["begin"](here)
    except Exception:
        sys.stderr.write("buslens: this program is not watched, after an error of buslens: %r\n" % sys.exc_info()[1])
    finally:
        sys.modules.pop("__future__", None)  # no Python has it at its start


_ours = sys.modules.pop("sitecustomize")
_enter(os.path.dirname(os.path.abspath(__file__)))

# The program's own one, found and run as ever: a module, a package, none at all, or one that fails.
__import__("sitecustomize")
