"""The scenario as a tree, with a form for what is chosen in it. Begin at panel.py."""
