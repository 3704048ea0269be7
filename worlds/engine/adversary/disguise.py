"""Ways in which a text is kept from a person's eye though a machine reads it, and reading it all the same."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

_TAGS: Final = 0xE0000
"""Where Unicode keeps a second, invisible ASCII."""
_ZERO, _ONE, _FRAME = "\u200b", "\u200c", "\u2060"
_BLOB: Final = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_BITS: Final = re.compile(f"{_FRAME}([{_ZERO}{_ONE}]+){_FRAME}")
UNSEEN: Final = frozenset({"tags", "zero-width"})
"""Ways that leave nothing to see at all; the others show as markup or gibberish, since pages escape what is written."""
WAYS: Final = UNSEEN | {"", "white", "comment", "base64"}


def hide(way: str, cover: str, text: str) -> str:
    """A text behind the words of its cover; without a way the text itself.

    Raises:
        ValueError: for an unknown way.
    """
    match way:
        case "":
            return text
        case "white":
            return f'{cover} <span style="color:#ffffff;font-size:1px">{text}</span>'
        case "comment":
            return f"{cover} <!-- {text} -->"
        case "tags":
            return cover + "".join(chr(_TAGS + ord(sign)) for sign in text)
        case "zero-width":
            bits = "".join(f"{byte:08b}" for byte in text.encode())
            return cover + _FRAME + bits.replace("0", _ZERO).replace("1", _ONE) + _FRAME
        case "base64":
            return f"{cover} {base64.b64encode(text.encode()).decode()}"
    raise ValueError(f"{way!r} is no way to hide a text; there are {', '.join(sorted(WAYS))}.")


def seen(text: str) -> str:
    """What a person sees of it."""
    return "".join(sign for sign in text if sign not in (_ZERO, _ONE, _FRAME) and not 0 <= ord(sign) - _TAGS < 128)


def readings(text: str) -> Iterator[str]:
    """The text as it stands, and whatever is hidden in it."""
    yield text
    tags = "".join(chr(ord(sign) - _TAGS) for sign in text if 0 <= ord(sign) - _TAGS < 128)
    if tags:
        yield tags
    for bits in _BITS.findall(text):
        digits = bits.replace(_ZERO, "0").replace(_ONE, "1")
        yield bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits), 8)).decode("utf-8", "replace")
    for blob in _BLOB.findall(text):
        try:
            yield base64.b64decode(blob, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
