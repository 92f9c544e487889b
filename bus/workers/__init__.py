"""Where the calls of handlers with a `worker` run, seen from the run: threads, processes, Celery."""
