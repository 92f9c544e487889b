"""Names that try to break out of whatever they are written into."""

from __future__ import annotations

HOSTILE = (
    '"]; n0 -> n1; "',
    "two\nlines\r\n",
    "</title></svg><script>alert(1)</script>",
    "<![CDATA[ & ]]>",
    "end",
    "a --> b",
    '\\"\\N\\G\\',
    "|x|%%{init: {}}%%",
    "#quot;#35;",
    "\x1b[31mred\x00\ud800\u202e\ufffe",
    "../../etc/passwd~1/#",
    "",
    "𝔘𝔫𝔦 名前 👋",
    "x" * 3000,
)
