"""Several machines on one run: workers that consume beside its owner, and how their records come to its timeline."""
