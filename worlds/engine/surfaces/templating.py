"""How templates are read: strictly, without control characters, and compiled once a process.

Jinja compiles into what only the template's text and the world's own filters and settings decide, so each world has a
cache of its own, by name, file and text, however many apps are made of its pages.
"""

import re
from functools import lru_cache
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache

from worlds.engine.world import World


class Compiled(BytecodeCache):
    """What a world's templates were compiled into, in memory."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled of the same text."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


@lru_cache(maxsize=64)
def compiled(_: World) -> Compiled:
    """What a world's templates were compiled into so far."""
    return Compiled()


def install(app: Flask, world: World) -> None:
    """Compile a template once, refuse names that nobody gave, and print as pages do."""
    app.jinja_env.bytecode_cache = compiled(world)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.finalize = _printable
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _printable(value: Any) -> Any:
    """What a template shows, control characters replaced: no page may hold them, whatever was typed."""
    return _CONTROL.sub("\ufffd", value) if type(value) is str and _CONTROL.search(value) else value


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
