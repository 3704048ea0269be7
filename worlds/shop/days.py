"""Calendar days as the store counts them: in its own zone."""

from worlds.engine.days import LocalDays
from worlds.shop import WORLD

_STORE = LocalDays(WORLD.zone)

ZONE = _STORE.zone
local_day = _STORE.of
day_start = _STORE.start
day_end = _STORE.end
spoken_day = _STORE.spoken
spoken_time = _STORE.spoken_time
