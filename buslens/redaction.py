"""Secrets stay in the process: by the name of a field, and by what a text looks like, a stable mark in their places.

Works on copies of the probe's own (plain dicts, lists, texts and numbers), never on the program's objects. Equal values
get equal marks within a process and its forked children; the key of the marks is random, and never written.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, Match

from buslens.json_text import in_quotes, json_of
from buslens.texts import compiled

try:
    from _blake2 import blake2b  # what hashlib has, without loading OpenSSL into every program
except ImportError:
    from hashlib import blake2b

FULL, KEYS, OFF = "full", "keys", "off"
"""Payloads with their secrets replaced, their fields and types alone, or none."""

_PARTS = (
    *("password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "accesskey", "privatekey"),
    *("authorization", "cookie", "credential", "sessionid", "cardnumber", "securitycode", "connectionstring"),
)
_WHOLE = frozenset("pwd pass auth pin otp cvv cvc cvv2 ssn iban jwt bearer csrf xsrf sid dsn".split())
_COUNTS = ("tokens", "tokencount", "tokenslimit")
"""How many tokens a text has is none."""

_MOST_KEYS, _LONGEST_KEY = 4096, 256
_SHORT = 12
"""Shorter than whatever is searched for."""

_MARK = "<redacted {}>"
_DIGITS = r"(?s:[2-6](?<![0-9].)(?:[ -]?[0-9]){12,18}(?![0-9]))"
_HINTS = (
    ":|=|earer |EARER |asic |BASIC |eyJ|-----BEGIN|AKIA|ASIA|sk-|sk_|pk-|pk_|rk-|rk_|ghp_|gho_|ghs_|ghu_|github_pat|xox"
)
"""Each branch begins with a letter, so that `search` skips to those: a filter before the patterns, which are slower."""

_PATTERNS = (
    (
        ("-----begin",),
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>[^\"]*?)(?:-----END|$)",
    ),
    (
        ("bearer ", "basic "),
        r"(?i:\b(?:bearer|basic)[ ]+)(?P<secret>[\w.~+/=-]{8,})",
    ),
    (
        ("://",),
        r"://[^\s:/@\"]{0,256}:(?P<secret>[^\s/@\"]{1,256})@",
    ),
    (
        ("eyj",),
        r"\b(?P<secret>eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?)",
    ),
    (
        ("akia", "asia"),
        r"\b(?P<secret>A[KS]IA[0-9A-Z]{16})\b",
    ),
    (
        ("sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "xox"),
        r"\b(?P<secret>(?:sk|pk|rk)[-_][\w-]{16,}|gh[posu]_\w{20,}|github_pat_\w{20,}|xox[a-z]-[\w-]{10,})",
    ),
    (
        ("cookie", "authorization"),
        r"(?i:\b(?:set-cookie|cookie|authorization)\b[\"'\\]{0,4}\s{0,4}[:=]\s{0,4})[\"'\\]{0,4}"
        r"(?P<secret>[^\r\n\"'\\]{1,4096})",
    ),
    (
        ("password", "passwd", "pwd", "secret", "token", "api"),
        r"(?i:\b[\w-]{0,64}(?:password|passwd|pwd|secret|token|api[_-]?key)\b[\"'\\]{0,4}\s{0,4}[:=]\s{0,4})[\"'\\]{0,4}"
        r"(?P<secret>[^\s\"'\\&,;<>(){}\[\]]{1,4096})",
    ),
)
"""Behind what stands, in small letters, in all that a pattern finds: to compile every one takes a small program long at
its start, and to search with every one takes long too."""


class Redaction:
    """What of payloads, errors and notes may leave the process."""

    def __init__(self, payloads: str = FULL, more_keys: Iterable[str] = ()) -> None:
        """payloads: FULL, KEYS or OFF. more_keys: of fields that are secret too, as parts of their names."""
        if payloads not in (FULL, KEYS, OFF):
            raise ValueError(f"payloads are {FULL}, {KEYS} or {OFF}, not {payloads!r}")
        self.payloads = payloads
        self._parts = (*_PARTS, *(plain for key in more_keys if (plain := _plain(key))))
        self._key = os.urandom(16)
        self._known: Dict[str, bool] = {}
        """Whether a field is secret, by its name."""

        self.harmless: Dict[str, str] = {}
        """Those that are not, as they stand in JSON in front of their values: for who is in a hurry."""

    def with_payloads(self, payloads: str) -> Redaction:
        """The same, with the same marks for secrets, and these payloads: FULL, KEYS or OFF."""
        made = Redaction.__new__(Redaction)
        made.__dict__.update(self.__dict__, payloads=payloads)
        return made

    def payload(self, value: Any) -> Any:
        """A copied payload without its secrets, in their places marks; the copy is not changed."""
        return self._types(value) if self.payloads == KEYS else self._redacted(value)

    def text(self, text: str) -> str:
        """A text without what looks like a secret."""
        if len(text) <= _SHORT:
            return text
        if compiled(_HINTS).search(text) is not None:
            for pattern in _patterns_for(text):
                text = compiled(pattern).sub(self._replaced, text)
        return compiled(_DIGITS).sub(self._card, text)

    def suspicious(self, text: str) -> bool:
        """Whether `text` must look at it; quick."""
        return compiled(_HINTS).search(text) is not None or compiled(_DIGITS).search(text) is not None

    def is_secret(self, key: str) -> bool:
        """Whether the value of a field of this name is never shown."""
        found = self._known.get(key)
        if found is None:
            plain = _plain(key)
            found = plain in _WHOLE or (not plain.endswith(_COUNTS) and any(part in plain for part in self._parts))
            if len(self._known) >= _MOST_KEYS:
                self._known.clear()
                self.harmless.clear()
            self._known[key] = found
            if not (found or len(key) > _LONGEST_KEY or (len(key) > _SHORT and self.suspicious(key))):
                self.harmless[key] = in_quotes(key) + ":"
        return found

    def mark(self, value: Any) -> str:
        """What stands for a secret: the same for the same."""
        text = value if type(value) is str else json_of(value, by_key=True)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4, key=self._key).hexdigest()
        return _MARK.format(digest)

    def _redacted(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is dict:
            return {
                self.text(key): self.mark(item)
                if self.is_secret(key) and not (item is None or item == "" or type(item) is bool)
                else self._redacted(item)
                for key, item in value.items()
            }
        if kind is list or kind is tuple:
            return [self._redacted(item) for item in value]
        if kind is int and value >= 10**_SHORT:
            text = str(value)
            return self.mark(text) if _is_card(text) else value
        return value

    def _types(self, value: Any) -> Any:
        kind = type(value)
        if kind is dict:
            return {self.text(key): self._types(item) for key, item in value.items()}
        if kind is list or kind is tuple:
            return [self._types(item) for item in value]
        return None if value is None else f"<{kind.__name__}>"

    def _replaced(self, found: "Match[str]") -> str:
        start, end = found.span("secret")
        if found["secret"].startswith(_MARK[:5]):
            return found[0]
        begins = found.start()
        return f"{found[0][: start - begins]}{self.mark(found['secret'])}{found[0][end - begins :]}"

    def _card(self, found: "Match[str]") -> str:
        """A number with something behind it is told from a longer one by what lies between its digits."""
        text, digits = found[0], ""
        for at, letter in enumerate(text, 1):
            if letter.isdigit():
                digits += letter
                if not text[at : at + 1].isdigit() and _is_card(digits):
                    return self.mark(digits) + text[at:]
        return text


def _patterns_for(text: str) -> "list[str]":
    """Those that may find something. They heed no case, and beyond ASCII there are letters of which `lower` is none."""
    small, is_plain = text.lower(), text.isascii()
    return [pattern for words, pattern in _PATTERNS if not is_plain or any(word in small for word in words)]


def _plain(key: str) -> str:
    return "".join(filter(str.isalnum, key[:_LONGEST_KEY])).lower()


_LENGTHS = (
    (("4",), (13, 16, 19)),
    (("51", "52", "53", "54", "55", "22", "23", "24", "25", "26", "27", "35", "6"), (16,)),
    (("34", "37"), (15,)),
    (("30", "36", "38"), (14,)),
)
"""ISO/IEC 7812: how the numbers of cards begin, and how many digits they have. No time of our century begins so."""


def _is_card(digits: str) -> bool:
    """Whether a number has a card's beginning, length and check digit (Luhn)."""
    if not any(len(digits) in lengths and digits.startswith(begins) for begins, lengths in _LENGTHS):
        return False
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(map(int, odd)) + sum(sum(divmod(2 * int(digit), 10)) for digit in even)) % 10 == 0
