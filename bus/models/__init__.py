"""Brokers as state machines: what a server does with messages, without a server, a clock or a socket.

Each is compared with the real one, step by step, by tests/engines/test_model_of_*.py.
"""
