"""Several machines on one run: its owner, those who joined it, and how their records come to one timeline."""
