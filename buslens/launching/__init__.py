"""Watching a whole program: from its own code (`program`), or from outside before it begins (`command`, `site`).

`import_hook`, `aside` and `bootstrap` run before the probe is loaded, and so need nothing of it.
"""
