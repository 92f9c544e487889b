"""What every adapter is made of, whatever library it watches: names of handlers, calls under watch, how they are told.

Standard library only, and of no bus library: what knows one stands in `buslens/adapters/`.
"""
