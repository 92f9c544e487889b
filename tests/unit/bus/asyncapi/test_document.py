"""What is taken of a document: channels, messages, operations, the same of both versions."""

from __future__ import annotations

import pytest

from bus.asyncapi.document import MOST_CHANNELS, read
from bus.errors import UserError
from bus.scenario.tree import values_of
from tests.unit.bus.asyncapi.documents import SECOND, THIRD


@pytest.mark.parametrize("text", [SECOND, THIRD])
def test_operations_say_what_the_application_does(text: str) -> None:
    document = read(values_of(text, "x"), "x")
    receive, send = sorted(document.operations, key=lambda each: each.action)
    assert (receive.name, receive.messages) == ("takeOrder", ("order",))
    assert send.messages == ("bill", "thanks")
    assert document.channels[receive.channel].address == "shop/{shopId}/order"
    assert document.notes == []


def test_a_document_with_too_many_channels_is_refused() -> None:
    channels = {f"c{number}": {} for number in range(MOST_CHANNELS + 1)}
    with pytest.raises(UserError, match="more than 2000 channels"):
        read({"asyncapi": "3.0.0", "channels": channels}, "x")
