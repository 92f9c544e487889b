"""Whether a run did what its scenario expects. Begin at judge.py; one file a kind of rule."""
