"""CloudEvents as a scenario that emits them again. Writing them is an export: bus/export/cloudevents.py."""
