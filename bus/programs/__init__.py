"""Several processes in one trace: what each of them recorded becomes records of one joint capture."""
