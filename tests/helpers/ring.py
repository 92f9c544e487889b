"""A keyring that lives as long as a test."""

from __future__ import annotations


class Ring:
    """What Buslens uses of the library keyring and of its backend."""

    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_keyring(self) -> Ring:
        return self

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, word: str) -> None:
        self.kept[service, name] = word

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]
