"""Redis, which carries the calls of Celery's workers."""
