"""What runs inside a worker process, on this machine or on Celery's, in place of a run."""
