"""What buslens has to say about itself while a program runs: mostly nothing, so `logging` is loaded for the first word.

That takes a tenth of the time in which a small program starts.
"""

from __future__ import annotations

from typing import Any, Callable, Optional


class ProbeLog:
    """Hands it to the program's own log, as the logger `buslens`; or a line of each error to whoever is named."""

    def __init__(self) -> None:
        self.say: Optional[Callable[[str], Any]] = None
        """Takes a line, whatever the program has done with its own log; None: that log has everything."""

    def error(self, text: str, *values: Any, exc_info: Optional[BaseException] = None) -> None:
        """Something could not be done. exc_info: because of this error."""
        if self.say is None:
            _logger().error(text, *values, exc_info=exc_info)
            return
        said = text % values if values else text
        because = f" ({exc_info!r})" if exc_info is not None else ""
        self.say((said.partition("buslens: ")[2] or said) + because)

    def warning(self, text: str, *values: Any) -> None:
        """Something is done otherwise than was asked."""
        if self.say is None:
            _logger().warning(text, *values)

    def info(self, text: str) -> None:
        """Something to know."""
        if self.say is None:
            _logger().info(text)


def _logger() -> Any:
    import logging

    return logging.getLogger("buslens")


LOG = ProbeLog()
"""Of this process."""
