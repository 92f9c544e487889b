"""The second level of virtual time: a kernel of models, in which handlers, the bus and workers are plain generators.

It makes the records that the real bus makes in virtual time (`bus/run`), to the byte, many times as fast. What it does
not model it leaves to that one: see `refusals`.
"""
