"""Simulated companies in which AI agents learn and prove multi-step business work.

import worlds

with worlds.open("shop/refund-partial", seed=7) as episode:
    print(episode.task.instruction)
    episode.call("get_order", {"order_id": 1042})
    grade = episode.grade(answer={"status": "done", "facts": {"amount": "18.40 EUR"}})
"""

from worlds.engine.opening import open_episode as open  # noqa: A004 - worlds.open() reads as what it does
from worlds.engine.world import discover
from worlds.version import __version__

__all__ = ["__version__", "discover", "open"]
