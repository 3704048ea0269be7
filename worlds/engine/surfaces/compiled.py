"""A world's templates are compiled once a process, however many apps are made of its pages.

Jinja compiles into what only the template's text and the world's own filters and settings decide, so each world has a
cache of its own, by name, file and text.
"""

from functools import lru_cache
from types import CodeType

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
